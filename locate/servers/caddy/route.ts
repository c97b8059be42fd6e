/** A request on its way through the directives of a site. */
import { wildcard } from "../../../core/util/wildcard.ts";
import type { Resolved } from "../../base_url.ts";
import { toBytes, toText } from "../../bytes.ts";
import type { FileView } from "../../file_view.ts";
import { noteStep, type Trace } from "../../result.ts";
import { type Directive, quoted, taken, unclear, warnOfCredentials } from "../server.ts";
import { type Asked, isFor, isHarmless, type Matched, sorted, splitMatcher } from "./matcher.ts";

/** What does not change from request to request. */
export interface CaddyConfiguration {
  readonly blocks: readonly Directive[];
  readonly folder: string;
  readonly view: FileView;
  /** A variable of the server's environment. */
  env(name: string): string | undefined;
}

/** A request on its way through blocks. */
interface Route extends Asked {
  readonly configuration: CaddyConfiguration;
  readonly order: readonly string[];
  readonly trace: Trace;
  /** What is left of the path, as bytes. */
  readonly uri: string;
  readonly root: Directive | undefined;
  readonly location: Resolved["location"];
  /** Definitions of matchers, the innermost first. */
  readonly named: readonly Directive[];
}

type FoundPath = Pick<Resolved, "path" | "location">;

/**
 * A block's directives one after the other. Where none of them answers, the request goes on behind
 * the block, with the path and the root that it has then.
 */
export async function run(
  { name, block = [] }: Directive,
  start: Route,
): Promise<FoundPath | Route> {
  const named = [...block.filter((one) => one.name.startsWith("@")), ...start.named];
  let way: Route = { ...start, named };
  const isRoute = name === "route";
  // Sorted, only the first of these that matches counts; in a route, one follows the other.
  const only = new Map<string, string>();
  for (const one of isRoute ? block : sorted(block, named, way.order)) {
    if (isHarmless(one)) continue;
    const { matcher, args } = splitRoot(one);
    const held = isFor(matcher, named, way);
    if (held === undefined) {
      throw unclear(toText(one.text), one, "is for requests that cannot be told");
    }
    if (!held) continue;
    const group = one.name === "handle_path" ? "handle" : one.name;
    const isOnly = group === "handle" || (!isRoute && /^(?:root|rewrite)$/.test(group));
    if (isOnly && only.has(group)) {
      const twice = group !== "handle" && only.get(group) === (matcher ?? "*");
      if (twice) throw unclear(toText(one.text), one, "stands there twice for the same requests");
      continue;
    }
    only.set(group, matcher ?? "*");
    switch (one.name) {
      case "root":
        way = { ...way, root: { ...one, args } };
        break;
      case "handle":
      case "handle_path":
      case "route": {
        const found = await enter(one, matcher, way);
        if (!("trace" in found)) return found;
        way = { ...way, uri: found.uri, root: found.root };
        break;
      }
      case "rewrite":
      case "uri":
      case "try_files":
        way = { ...way, uri: await rewritten(one, args, way) };
        break;
      case "file_server":
        return served(one, way);
      default:
        passOrRefuse(one, args, way);
    }
  }
  return way;
}

/** `root /srv` has no matcher, which later versions of Caddy allow. */
function splitRoot(one: Directive): Matched {
  const noMatcher = one.name === "try_files" || (one.name === "root" && one.args.length === 1) ||
    (one.name === "rewrite" && one.args.length === 1);
  return noMatcher ? { matcher: undefined, args: one.args } : splitMatcher(one);
}

async function enter(
  one: Directive,
  matcher: string | undefined,
  way: Route,
): Promise<FoundPath | Route> {
  const { name, file, line } = one;
  const match = toText([name, ...(matcher === undefined ? [] : [matcher])].join(" "));
  noteStep(way.trace, match, one);
  const inner = { ...way, location: { file, line, match } };
  if (name !== "handle_path") return await run(one, inner);
  const prefix = matcher?.replace(/\*$/, "").replace(/\/$/, "") ?? "";
  return await run(one, { ...inner, uri: withSlash(way.uri.slice(prefix.length)) });
}

function withSlash(path: string): string {
  return path.startsWith("/") ? path : `/${path}`;
}

/** The path that a directive makes of another one. */
async function rewritten(one: Directive, args: readonly string[], way: Route): Promise<string> {
  const { name, block } = one;
  const [first = "", second = "", third = ""] = args;
  const { uri } = way;
  if (name === "rewrite" && args.length === 1) {
    return withSlash(filled(first.replace(/\?.*$/s, ""), one, way));
  }
  if (name === "uri" && first === "strip_prefix") {
    return uri.startsWith(second) ? withSlash(uri.slice(second.length)) : uri;
  }
  if (name === "uri" && first === "strip_suffix") {
    return uri.endsWith(second) ? uri.slice(0, -second.length) : uri;
  }
  if (name === "uri" && first === "replace" && args.length === 3) {
    return uri.replaceAll(second, () => third);
  }
  if (name === "try_files" && block === undefined) {
    const { view } = way.configuration;
    for (const candidate of args) {
      if (candidate.startsWith("=")) break;
      const path = withSlash(filled(candidate.replace(/\?.*$/s, ""), one, way));
      const kind = path.endsWith("/") ? "folder" : "file";
      // The file asked for counts as there.
      if (path === uri || await view.kind(toText(rootOf(way) + path)) === kind) return path;
    }
  }
  throw taken("rewrite", quoted(one));
}

/** With placeholders filled in that are known before a request comes. */
function filled(text: string, one: Directive, { address, uri, configuration }: Route): string {
  const { host, port, scheme } = address;
  const known = new Map(Object.entries({
    path: uri,
    uri,
    host,
    hostport: `${host}:${port}`,
    port: String(port),
    scheme,
    method: "GET",
    query: address.query,
  }));
  return text.replace(/\{([^{}]*)\}/g, (_, name: string) => {
    const value = name.startsWith("env.")
      ? toBytes(configuration.env(toText(name.slice("env.".length))) ?? "")
      : known.get(name.replace(/^http\.request\.(?:orig_)?(?:uri\.)?/, ""));
    if (value !== undefined) return value;
    throw unclear(toText(one.text), one, "depends on what is known only when a request comes");
  });
}

/** Directives that matter, but not to a file that is there. */
function passOrRefuse(one: Directive, [first = ""]: readonly string[], way: Route): void {
  const { name, block = [] } = one;
  if (/^(?:basic_?auth|forward_auth)$/.test(name)) {
    const hint = "Take this folder out of it, and reload Caddy.";
    return warnOfCredentials(way.trace, quoted(one), hint);
  }
  if (name === "php_fastcgi") {
    // It takes `*.php`, and what its try_files, `{path} …` by default, does not find.
    const option = (key: string) => block.find((each) => each.name === key)?.args;
    const endings = option("split") ?? [".php"];
    const isThere = (option("try_files") ?? ["{path}"])[0] === "{path}";
    if (isThere && !endings.some((ending) => way.uri.toLowerCase().endsWith(ending))) return;
  }
  if (name === "redir") throw taken("return", quoted(one));
  if (name === "method") {
    if (/^get$/i.test(first)) return;
    throw taken("rewrite", quoted(one));
  }
  if (/^(?:abort|error|respond|metrics|reverse_proxy|php_fastcgi|acme_server)$/.test(name)) {
    throw taken("handler", quoted(one));
  }
  throw unclear(toText(one.text), one, "is not followed");
}

/** Where files lie, absolute, without a slash at its end. */
function rootOf(way: Route, by = way.root): string {
  const path = by === undefined ? "." : filled(by.args[0] ?? "", by, way);
  const absolute = path.startsWith("/") ? path : `${toBytes(way.configuration.folder)}/${path}`;
  return absolute.replace(/(?:\/\.?)+$/, "");
}

function served(one: Directive, way: Route): FoundPath {
  const { root, uri, trace, location } = way;
  const by = one.block?.find(({ name }) => name === "root") ?? root;
  const unknown = one.block?.find(({ name }) => name === "fs" || name === "status");
  if (unknown !== undefined) throw unclear(unknown.name, unknown, "is not followed");
  const path = rootOf(way, by) + uri;
  refuseHidden(one, path, way);
  if (by !== undefined) noteStep(trace, `root ${toText(by.args.join(" "))}`, by);
  noteStep(trace, "file_server", one);
  return { path, location };
}

/** A name without a slash hides every file and folder of that name; others, what lies there. */
function refuseHidden(one: Directive, path: string, { configuration: { folder } }: Route): void {
  for (const hidden of one.block?.filter(({ name }) => name === "hide") ?? []) {
    for (const pattern of hidden.args) {
      const absolute = pattern.startsWith("/") ? pattern : `${toBytes(folder)}/${pattern}`;
      const isHidden = pattern.includes("/")
        ? `${path}/`.startsWith(absolute.replace(/\/?$/, "/")) ||
          wildcard(absolute, { stop: "/" })(path)
        : path.split("/").some(wildcard(pattern));
      if (isHidden) throw unclear(toText(`hide ${pattern}`), hidden, "hides it");
    }
  }
}
