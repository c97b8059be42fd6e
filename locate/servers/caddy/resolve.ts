/** From a URL to the path that Caddy opens for it. */
import { wildcard } from "../../../core/util/wildcard.ts";
import type { Resolved } from "../../base_url.ts";
import { toBytes, toText } from "../../bytes.ts";
import { placeText } from "../../config_text.ts";
import {
  type LocationPlace,
  newTrace,
  NoAnswer,
  noteStep,
  noteWarning,
  type Trace,
  type WebAddress,
} from "../../result.ts";
import { decodeUri } from "../nginx/mod.ts";
import { GIVE_ROOT, unclear } from "../server.ts";
import type { Directive } from "./parse.ts";
import { chooseSite, isFor, matcherSpecificity, splitMatcher } from "./site.ts";

/** A request on its way through blocks. */
interface Way {
  readonly address: WebAddress;
  readonly trace: Trace;
  /** Where relative paths begin. */
  readonly folder: string;
  /** What is left of the path, as bytes. */
  readonly uri: string;
  /** The root that applies. */
  readonly root: Directive | undefined;
  readonly location: LocationPlace | null;
}

type Found = Pick<Resolved, "path" | "location">;

/** Follows a GET: site, then its directives in Caddy's order, up to a file server. */
export function resolve(
  blocks: readonly Directive[],
  folder: string,
  address: WebAddress,
): Resolved {
  const trace = newTrace();
  const site = chooseSite(blocks, address);
  const names = [site.name, ...site.args].map(toText);
  noteStep(trace, `site ${names.join(", ")}`, site);
  const uri = decodeUri(address.path, true);
  if (uri === undefined) {
    const state = `the path ${JSON.stringify(address.path)} leads nowhere`;
    throw new NoAnswer("bad-request", state, "Look for a wrong %, or a .. too many.");
  }
  const way: Way = { address, trace, folder, uri, root: undefined, location: null };
  const found = run(site.block ?? [], sorted(site.block ?? []), way);
  if (found === undefined) {
    const state = `no file_server answers there: site ${names.join(", ")} at ${placeText(site)}`;
    throw new NoAnswer("no-file", `${state} gives an empty page`, GIVE_ROOT);
  }
  const { file, line } = site;
  return { server: { file, line, names }, ...found, trace };
}

/** Directives one after the other; undefined where none of them answers. */
function run(
  around: readonly Directive[],
  directives: readonly Directive[],
  start: Way,
): Found | undefined {
  let way = start;
  let rootFound = false;
  let handled = false;
  for (const one of directives) {
    const { matcher, args } = splitRoot(one);
    if (!isFor(one, matcher, around, way)) continue;
    switch (one.name) {
      case "root":
        // Sorted, the first one that matches is the only one; in a route, the last one wins.
        if (!rootFound || directives === around) way = { ...way, root: { ...one, args } };
        rootFound = true;
        break;
      case "handle":
      case "handle_path":
      case "route": {
        if (one.name !== "route" && handled) break;
        handled ||= one.name !== "route";
        const found = enter(one, matcher, way);
        if (found !== undefined) return found;
        break;
      }
      case "file_server":
        return served(one, way);
      default:
        passOrRefuse(one, args, way);
    }
  }
  return undefined;
}

/** `root /srv` has no matcher, which later versions of Caddy allow. */
function splitRoot(one: Directive): ReturnType<typeof splitMatcher> {
  const onlyPath = one.name === "root" && one.args.length === 1;
  return onlyPath ? { matcher: undefined, args: one.args } : splitMatcher(one);
}

function enter(one: Directive, matcher: string | undefined, way: Way): Found | undefined {
  const { name, block = [], file, line } = one;
  const match = toText([name, ...(matcher === undefined ? [] : [matcher])].join(" "));
  noteStep(way.trace, match, one);
  const inner = { ...way, location: { file, line, match } };
  if (name !== "handle_path") return run(block, name === "route" ? block : sorted(block), inner);
  const prefix = matcher?.replace(/\*$/, "").replace(/\/$/, "") ?? "";
  const rest = way.uri.slice(prefix.length);
  const uri = rest.startsWith("/") ? rest : `/${rest}`;
  return run(block, sorted(block), { ...inner, uri });
}

/** Directives that matter, but not to a file that is there. */
function passOrRefuse(one: Directive, args: readonly string[], { trace }: Way): void {
  const { name } = one;
  if (isHarmless(one) || (name === "try_files" && args[0] === "{path}")) return;
  const text = `"${toText([name, ...one.args].join(" "))}" at ${placeText(one)}`;
  if (name === "basicauth" || name === "basic_auth" || name === "forward_auth") {
    return noteWarning(trace, {
      code: "auth",
      message: `${text} may ask nodes for credentials, which they do not have`,
      hint: "Take this folder out of it, and reload Caddy.",
    });
  }
  if (name === "redir") {
    throw new NoAnswer(
      "return",
      `${text} answers instead of files`,
      "Give a URL that is not redirected.",
    );
  }
  if (/^(?:rewrite|uri|method|try_files)$/.test(name)) {
    throw new NoAnswer("rewrite", `${text} turns the request into another one`, GIVE_ROOT);
  }
  if (/^(?:abort|error|respond|metrics|reverse_proxy|php_fastcgi|acme_server)$/.test(name)) {
    throw new NoAnswer("handler", `${text} answers instead of files`, GIVE_ROOT);
  }
  throw unclear(toText([name, ...one.args].join(" ")), one, "is not followed");
}

function served(one: Directive, { root, uri, folder, trace, location }: Way): Found {
  const own = one.block?.find(({ name }) => name === "root");
  const by = own ?? root;
  const unknown = one.block?.find(({ name }) => name === "fs" || name === "status");
  if (unknown !== undefined) throw unclear(unknown.name, unknown, "is not followed");
  refuseHidden(one, uri);
  if (by !== undefined) noteStep(trace, `root ${toText(by.args.join(" "))}`, by);
  noteStep(trace, "file_server", one);
  const path = by?.args[0] ?? ".";
  if (/[{}]/.test(path) && by !== undefined) {
    throw unclear(toText(`root ${path}`), by, "depends on what is known only when a request comes");
  }
  const absolute = path.startsWith("/") ? path : `${toBytes(folder)}/${path}`;
  return { path: absolute.replace(/(?:\/\.?)+$/, "") + uri, location };
}

/** A name without a slash hides every file and folder of that name. */
function refuseHidden(one: Directive, uri: string): void {
  for (const hidden of one.block?.filter(({ name }) => name === "hide") ?? []) {
    for (const pattern of hidden.args) {
      const isName = !pattern.includes("/");
      if (isName && !uri.split("/").some(wildcard(pattern))) continue;
      throw unclear(toText(`hide ${pattern}`), hidden, "may hide it");
    }
  }
}

/** Those that decide what answers, in Caddy's order; `handle` and `handle_path` are one. */
const ORDER = [
  "root",
  "redir",
  "method",
  "rewrite",
  "uri",
  "try_files",
  "basicauth",
  "basic_auth",
  "forward_auth",
  "invoke",
  "handle",
  "route",
  "abort",
  "error",
  "copy_response",
  "respond",
  "metrics",
  "reverse_proxy",
  "php_fastcgi",
  "file_server",
  "acme_server",
];

/** Those that leave it to others what answers. */
const HARMLESS = new Set([
  "bind",
  "copy_response_headers",
  "encode",
  "handle_errors",
  "header",
  "intercept",
  "log",
  "log_append",
  "log_name",
  "log_skip",
  "map",
  "push",
  "request_body",
  "request_header",
  "skip_log",
  "templates",
  "tls",
  "tracing",
  "vars",
]);

/** Whether a directive is known to leave it to others what answers. */
function isHarmless({ name }: Directive): boolean {
  return name.startsWith("@") || HARMLESS.has(name);
}

/** The others, sorted: by Caddy's order, then the more specific ones first. */
function sorted(block: readonly Directive[]): Directive[] {
  const rank = ({ name }: Directive) => ORDER.indexOf(name === "handle_path" ? "handle" : name);
  const special = (one: Directive) => matcherSpecificity(splitMatcher(one).matcher, block);
  return block.filter((one) => !isHarmless(one))
    .sort((a, b) => rank(a) - rank(b) || special(b) - special(a));
}
