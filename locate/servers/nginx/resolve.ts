/** From a URL to the path that nginx opens for it. */
import type { Resolved } from "../../base_url.ts";
import { toText } from "../../bytes.ts";
import { newTrace, NoAnswer, noteStep, type WebAddress } from "../../result.ts";
import { checkAccess, requireExternal, requireFiles } from "./access.ts";
import { chooseServer } from "./choose_server.ts";
import type { Configuration } from "./installation.ts";
import { type Server, serverPlace } from "./listen.ts";
import { findLocation, type FoundLocation, locationPlace, namedLocation } from "./location.ts";
import { locationText } from "./location_block.ts";
import { inherited, own, type Scope, scopeIn } from "./directive.ts";
import { baseOf, baseText, decodeUri, pathBelow } from "./path.ts";
import type { ExpectedFile, Request } from "./request.ts";
import { runRewrites } from "./rewrite.ts";
import { tryFiles } from "./try_files.ts";

export interface Resolution extends Resolved {
  /** The innermost block that applies. */
  readonly scope: Scope;
}

type Outcome = Omit<Resolution, "server" | "trace"> | { readonly next: string };

/** nginx gives up after so many redirects of its own. */
const MAX_HOPS = 10;

/**
 * Follows a GET of a URL through a configuration, phase by phase: server, its rewrites, location,
 * its rewrites, access, `try_files`, content. Throws {@linkcode NoAnswer} where no file is read.
 */
export async function resolve(
  configuration: Configuration,
  address: WebAddress,
): Promise<Resolution> {
  const asked = new Set<string>();
  let path: string;
  try {
    const resolution = await follow(newRequest(configuration, address, { asked }));
    path = resolution.path;
    if ([...asked].every((one) => one === path)) return resolution;
  } catch (error) {
    if (asked.size === 0) throw error;
    const without = await attempt(follow(newRequest(configuration, address, { planned: "" })));
    if (without === undefined) throw error;
    path = without.path;
  }
  // Conditions asked for other files than the one that is going to be written.
  return await follow(newRequest(configuration, address, { planned: path }));
}

async function attempt(resolving: Promise<Resolution>): Promise<Resolution | undefined> {
  try {
    return await resolving;
  } catch (error) {
    if (error instanceof NoAnswer) return undefined;
    throw error;
  }
}

function newRequest(
  configuration: Configuration,
  address: WebAddress,
  expected: ExpectedFile,
): Request {
  return {
    configuration,
    address,
    trace: newTrace(),
    families: [],
    uri: "",
    captures: undefined,
    variables: new Map(),
    expected,
    internal: false,
  };
}

async function follow(request: Request): Promise<Resolution> {
  const { address } = request;
  const { server, first } = chooseServer(request);
  let target = firstUri(address, address.scheme === "https" ? server : first);
  for (let hop = 0; hop < MAX_HOPS; hop++) {
    const outcome = await oncePast(server, target, request);
    if ("path" in outcome) {
      return { server: serverPlace(server), ...outcome, trace: request.trace };
    }
    target = outcome.next;
    request.internal = true;
  }
  throw new NoAnswer(
    "redirect",
    `nginx redirects it more than ${MAX_HOPS} times inside the configuration`,
    "nginx answers 500: look at try_files.",
  );
}

function firstUri({ path }: WebAddress, { scope }: Server): string {
  const uri = decodeUri(path, inherited(scope, "merge_slashes")?.args[0] !== "off");
  if (uri !== undefined) return uri;
  throw new NoAnswer(
    "bad-request",
    `nginx refuses the path ${JSON.stringify(path)} (400)`,
    "Look for a wrong %, or a .. too many.",
  );
}

/** Once through the phases, with a URI or the `@name` of a location. */
async function oncePast(
  server: Server,
  target: string,
  request: Request,
): Promise<Outcome> {
  if (!target.startsWith("@")) {
    request.uri = target;
    await runRewrites(server.scope, request);
  }
  const found = target.startsWith("@")
    ? requireNamed(server, target)
    : findLocation(server.scope, request);
  try {
    return await content(found, server, request);
  } catch (error) {
    if (error instanceof NoAnswer && found !== undefined) {
      error.location = locationPlace(found.location);
    }
    throw error;
  }
}

async function content(
  found: FoundLocation | undefined,
  server: Server,
  request: Request,
): Promise<Outcome> {
  const scope = await enter(found, server, request);
  checkAccess(scope, request);
  const tried = await tryFiles(scope, request);
  if (tried.kind === "next") return { next: tried.uri };
  requireFiles(scope, request);
  const path = tried.kind === "path" ? tried.path : plainPath(scope, request);
  const location = found === undefined ? null : locationPlace(found.location);
  return { location, scope, path };
}

function requireNamed({ scope }: Server, name: string): FoundLocation {
  const found = namedLocation(scope, name);
  if (found !== undefined) return found;
  throw new NoAnswer("invalid", `there is no location ${toText(name)}`, "See try_files.");
}

/** The block that applies in a location: its own, an `if` that is met, or `limit_except`. */
async function enter(
  found: FoundLocation | undefined,
  server: Server,
  request: Request,
): Promise<Scope> {
  const { trace } = request;
  if (found === undefined) {
    noteStep(trace, "no location matches, so the server itself answers", server.directive);
    return server.scope;
  }
  const { location, scope, redirect } = found;
  noteStep(trace, `location ${locationText(location)}`, location.directive);
  requireExternal(scope, request);
  if (redirect) {
    throw new NoAnswer(
      "redirect",
      `nginx redirects it to ${JSON.stringify(toText(location.name))}`,
      "Give the URL with a slash at its end.",
    );
  }
  const limited = own(scope, "limit_except");
  if (limited !== undefined && !limited.args.some((method) => /^get$/i.test(method))) {
    return scopeIn(scope, limited);
  }
  return await runRewrites(scope, request);
}

function plainPath(scope: Scope, request: Request): string {
  const base = baseOf(request, scope);
  const path = pathBelow(base, request.uri);
  noteStep(request.trace, baseText(base), base.directive);
  if (!path.endsWith("/") || request.uri.endsWith("/")) return path;
  throw new NoAnswer(
    "no-file",
    `"${baseText(base)}" names the folder ${
      JSON.stringify(toText(path))
    } for every URL of its location`,
    "An alias in a location with a regular expression needs the groups of that expression, such as alias /srv/$1.",
  );
}
