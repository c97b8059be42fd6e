/** A GET on its way through a configuration: what is known of it so far. */
import { toText } from "../../bytes.ts";
import { type Place, placeText } from "../../config_text.ts";
import type { FileKind } from "../../file_view.ts";
import { NoAnswer, type Trace, type WebAddress } from "../../result.ts";
import type { Family } from "./networks.ts";
import type { Directive } from "./directive.ts";
import type { Configuration } from "./installation.ts";
import { type Match, pcre, UndecidedMatch } from "./pcre/mod.ts";

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

/** What an expression matches, in bytes. Throws {@linkcode NoAnswer} where that cannot be decided. */
export function matchOf(
  source: string,
  subject: string,
  place: Place,
  caseless = false,
): Match | undefined {
  const pattern = pcre(source, caseless);
  const what = `whether "~ ${toText(source)}" at ${placeText(place)} matches cannot be decided`;
  if ("refused" in pattern) throw unclear(`${what}: ${pattern.refused}`);
  try {
    return pattern.match(subject);
  } catch (error) {
    throw error instanceof UndecidedMatch ? unclear(`${what}: ${error.message}`) : error;
  }
}

export function unclear(state: string): NoAnswer {
  return new NoAnswer("unclear", state, "Give the folder with --root DIR.");
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

/**
 * Decodes a path to bytes, resolves `.` and `..` and, where `merge_slashes` is on, merges slashes,
 * those that were `%2f` too. Without merging, an empty component is one for `..` to take away.
 * Undefined where nginx answers 400: a bad `%`, a NUL, `..` above the root.
 */
export function decodeUri(path: string, mergeSlashes: boolean): string | undefined {
  if (/%(?![0-9a-f]{2})|%00/i.test(path)) return undefined;
  const kept: string[] = [];
  const parts = path.replace(/%(..)/g, (_, pair) => String.fromCharCode(parseInt(pair, 16)))
    .split("/").slice(1);
  for (const [i, part] of parts.entries()) {
    if (part === "..") {
      if (kept.pop() === undefined) return undefined;
    } else if (part !== "." && (part !== "" || !mergeSlashes)) {
      kept.push(part);
      continue;
    }
    if (i === parts.length - 1 && (part !== "" || mergeSlashes)) kept.push("");
  }
  return `/${kept.join("/")}`;
}
