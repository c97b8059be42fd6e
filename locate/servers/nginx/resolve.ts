/** From a URL to the path that nginx opens for it. */
import type { Resolved } from "../../base_url.ts";
import { toText } from "../../bytes.ts";
import { newTrace, NoAnswer, noteStep, type WebAddress } from "../../result.ts";
import { requestUri } from "../server.ts";
import { checkAccess, refuseLinks, requireExternal, requireFiles } from "./access.ts";
import {
  chooseServer,
  findLocation,
  type FoundLocation,
  locationPlace,
  namedLocation,
} from "./choose.ts";
import { inherited, locationText, own, says, type Scope } from "./directive.ts";
import type { Configuration } from "./installation.ts";
import type { Server } from "./listen.ts";
import type { ExpectedFile, Request } from "./request.ts";
import { errorPage, runRewrites, tryFiles } from "./rewrite.ts";
import { baseOf, baseText, pathBelow } from "./variables.ts";

type Outcome = Omit<Resolved, "server" | "trace"> | { readonly next: string };

const MAX_HOPS = 10;

/** Follows a GET phase by phase. Throws {@linkcode NoAnswer} where no file is read. */
export async function resolve(
  configuration: Configuration,
  address: WebAddress,
): Promise<Resolved> {
  const asked = new Set<string>();
  let path: string;
  try {
    const resolution = await follow(configuration, address, { asked });
    path = resolution.path;
    if ([...asked].every((one) => one === path)) return resolution;
  } catch (error) {
    if (asked.size === 0) throw error;
    const other = await follow(configuration, address, { planned: "" }).catch((other) => {
      throw other instanceof NoAnswer ? error : other;
    });
    path = other.path;
  }
  // Conditions asked for other files than the one that is going to be written.
  return await follow(configuration, address, { planned: path });
}

async function follow(configuration: Configuration, address: WebAddress, expected: ExpectedFile) {
  const request: Request = {
    configuration,
    address,
    trace: newTrace(),
    families: [],
    uri: "",
    captures: undefined,
    variables: new Map(),
    mapped: new Map(),
    expected,
    uriChanged: false,
    validLocation: true,
    errorPage: false,
    internal: false,
  };
  const { server, first } = chooseServer(request);
  const { scope } = address.scheme === "https" ? server : first;
  let target = requestUri("nginx", address, !says(scope, "merge_slashes", "off"));
  for (let hop = 0; hop < MAX_HOPS; hop++) {
    const outcome = await oncePast(server, target, request);
    if ("path" in outcome) {
      const { directive: { file, line }, names } = server;
      return { server: { file, line, names: names.map(toText) }, ...outcome, trace: request.trace };
    }
    target = outcome.next;
    request.internal = true;
  }
  throw tooManyHops();
}

async function oncePast(server: Server, target: string, request: Request): Promise<Outcome> {
  let found: FoundLocation | undefined;
  try {
    if (target.startsWith("@")) {
      found = namedLocation(server.scope, target);
      if (found === undefined) {
        throw new NoAnswer("invalid", `there is no location ${toText(target)}`, "See try_files.");
      }
    } else {
      request.uri = target;
      request.validLocation = true;
      await runRewrites(server.scope, request);
      found = findLocation(server.scope, request);
    }
    for (let changes = 0; changes < MAX_HOPS; changes++) {
      request.uriChanged = false;
      const outcome = await content(found, server, request);
      if (outcome !== "rewritten") return outcome;
      found = findLocation(server.scope, request);
    }
    throw tooManyHops();
  } catch (error) {
    if (!(error instanceof NoAnswer)) throw error;
    const next = errorPage(found?.scope ?? server.scope, error, request);
    if (next !== undefined) return { next };
    if (found !== undefined) error.location = locationPlace(found.location);
    throw error;
  }
}

function tooManyHops(): NoAnswer {
  const state = `nginx redirects it more than ${MAX_HOPS} times inside the configuration`;
  const hint = "nginx answers 500: look at try_files, rewrite and error_page.";
  return new NoAnswer("redirect", state, hint);
}

async function content(
  found: FoundLocation | undefined,
  server: Server,
  request: Request,
): Promise<Outcome | "rewritten"> {
  const scope = await enter(found, server, request);
  if (request.uriChanged) return "rewritten";
  checkAccess(scope, request, await askedStatus(scope, server, request));
  const tried = await tryFiles(scope, request);
  if (tried !== undefined && "next" in tried) return tried;
  requireFiles(scope, request);
  const path = tried?.path ?? plainPath(scope, request);
  await refuseLinks(scope, path, request);
  return { location: found === undefined ? null : locationPlace(found.location), path };
}

/** What the location that `auth_request` asks answers with; undefined where that cannot be told. */
async function askedStatus(scope: Scope, server: Server, request: Request) {
  const uri = inherited(scope, "auth_request")?.args[0] ?? "off";
  if (!uri.startsWith("/")) return undefined;
  const asked: Request = {
    ...request,
    uri,
    internal: true,
    validLocation: true,
    variables: new Map(request.variables),
    mapped: new Map(request.mapped),
    trace: newTrace(),
  };
  try {
    await runRewrites(server.scope, asked); // a subrequest begins there, too: ngx_http_handler
    await enter(findLocation(server.scope, asked), server, asked);
    return undefined;
  } catch (error) {
    if (error instanceof NoAnswer) return error.status;
    throw error;
  }
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
    const state = `nginx redirects it to ${JSON.stringify(toText(location.name))}`;
    throw new NoAnswer("redirect", state, "Give the URL with a slash at its end.");
  }
  const limited = own(scope, "limit_except");
  return limited === undefined || limited.args.some((method) => /^get$/i.test(method))
    ? await runRewrites(scope, request)
    : { block: limited, outer: scope };
}

function plainPath(scope: Scope, request: Request): string {
  const base = baseOf(request, scope);
  const path = pathBelow(base, request.uri);
  noteStep(request.trace, baseText(base), base.directive);
  if (!path.endsWith("/") || request.uri.endsWith("/")) return path;
  const folder = JSON.stringify(toText(path));
  const state = `"${baseText(base)}" names the folder ${folder} for every URL of its location`;
  const hint =
    "An alias in a location with a regular expression needs the groups of that expression, such as alias /srv/$1.";
  throw new NoAnswer("no-file", state, hint);
}
