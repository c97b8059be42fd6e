/** A GET on its way through a configuration: what is known of it so far. */
import { toText } from "../../bytes.ts";
import type { FileKind } from "../../file_view.ts";
import type { Trace, WebAddress } from "../../result.ts";
import type { Family } from "./networks.ts";
import type { Directive } from "./directive.ts";
import type { Configuration } from "./installation.ts";
import { type Match, matchOf } from "../pcre/mod.ts";

export interface Request {
  readonly configuration: Configuration;
  readonly address: WebAddress;
  readonly trace: Trace;
  /** The kinds of addresses that clients can have on the sockets it may come by. */
  families: readonly Family[];
  /** The URI that locations match, as bytes. */
  uri: string;
  /** What the last regular expression matched; `$1` and so on. */
  captures: Match | undefined;
  /** What `set` and named groups gave; undefined when it cannot be told. */
  readonly variables: Map<string, string | undefined>;
  /** What a `map` that is not `volatile` gave: it is asked once, whatever is rewritten later. */
  readonly mapped: Map<Directive, string>;
  readonly expected: ExpectedFile;
  /** Whether `rewrite` gave it another URI, for which a location is still to be found. */
  uriChanged: boolean;
  /** Whether the URI is the one that its location was found for: else no `alias` can be used. */
  validLocation: boolean;
  /** Whether an error page was taken; nginx takes no second one. */
  errorPage: boolean;
  /** Whether nginx itself redirected it: such a request may enter `internal` locations. */
  internal: boolean;
}

/** What is going to be written: the URL's own file, what conditions ask for is kept; or this one. */
export type ExpectedFile = { readonly asked: Set<string> } | { readonly planned: string };

/** Whether it matches; if so its groups are what `$1` means from now on. Else they stay. */
export function testRegex(request: Request, ...asked: Parameters<typeof matchOf>): boolean {
  const match = matchOf(...asked);
  if (match === undefined) return false;
  request.captures = match;
  for (const [name, value] of match.named) {
    request.variables.set(name.toLowerCase(), match.exact ? value : undefined);
  }
  return true;
}

/** What a test such as `-f` finds; `own` is the path of the URL's own file in this place. */
export async function kindFound(
  { configuration, expected }: Request,
  path: string,
  own: string | undefined,
): Promise<FileKind | undefined> {
  if ("planned" in expected) {
    if (path === expected.planned) return "file";
    if (expected.planned.startsWith(`${path.replace(/\/$/, "")}/`)) return "folder";
  } else {
    expected.asked.add(path);
    if (path === own && !path.endsWith("/")) return "file";
  }
  return await configuration.view.kind(toText(path));
}
