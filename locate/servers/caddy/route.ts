/** A request on its way through the directives of a site. */
import { wildcard } from "../../../core/util/wildcard.ts";
import type { Resolved } from "../../base_url.ts";
import { toBytes, toText } from "../../bytes.ts";
import { noteStep, type Trace, type WebAddress } from "../../result.ts";
import {
  type Directive,
  quoted,
  type Running,
  taken,
  unclear,
  warnOfCredentials,
} from "../server.ts";
import { deciding, isFor, splitMatcher } from "./matcher.ts";

/** A request, and what directives have made of it so far. */
interface Request {
  readonly running: Pick<Running, "folder" | "view" | "env">;
  readonly order: readonly string[];
  readonly address: WebAddress;
  readonly trace: Trace;
  /** What is left of the path, as bytes. */
  uri: string;
  root: Directive | undefined;
}

/**
 * A block's directives one after the other. Where none of them answers, the request goes on behind
 * the block, with the path and the root that it has then. `outer` are definitions of matchers.
 */
export async function run(
  of: Directive,
  request: Request,
  outer: readonly Directive[],
  location: Resolved["location"],
): Promise<Pick<Resolved, "path" | "location"> | undefined> {
  const named = [...(of.block ?? []).filter(({ name }) => name.startsWith("@")), ...outer];
  // Sorted, only the first of these that matches counts; in a route, one follows the other.
  const single = of.name === "route" ? /^handle$/ : /^(?:handle|root|rewrite)$/;
  const ran = new Map<string, string | undefined>();
  for (const one of deciding(of, named, request.order)) {
    const { matcher, args } = splitMatcher(one);
    const held = isFor(matcher, named, request);
    if (held === undefined) throw unclear(one, "is for requests that cannot be told");
    const group = one.name.replace(/^handle_path$/, "handle");
    if (!held) continue;
    if (single.test(group) && ran.has(group)) {
      if (group === "handle" || ran.get(group) !== matcher) continue;
      throw unclear(one, "stands there twice for the same requests");
    }
    ran.set(group, matcher);
    switch (group) {
      case "root":
        request.root = { ...one, args };
        break;
      case "handle":
      case "route": {
        const { file, line, name } = one;
        const match = toText(matcher === undefined ? name : `${name} ${matcher}`);
        noteStep(request.trace, match, one);
        if (name === "handle_path") {
          const prefix = (matcher ?? "").replace(/\/?\*?$/, "");
          request.uri = withSlash(request.uri.slice(prefix.length));
        }
        const found = await run(one, request, named, { file, line, match });
        if (found !== undefined) return found;
        break;
      }
      case "rewrite":
      case "uri":
      case "try_files":
        request.uri = await rewritten(one, args, request);
        break;
      case "file_server":
        return { path: served(one, request), location };
      default:
        passOrRefuse(one, args, request);
    }
  }
  return undefined;
}

function withSlash(path: string): string {
  return path.startsWith("/") ? path : `/${path}`;
}

async function rewritten(one: Directive, args: readonly string[], request: Request) {
  const { name, block } = one;
  const [first = "", second = "", third = ""] = args;
  const { uri, running: { view } } = request;
  const target = (text: string) => withSlash(filled(text.replace(/\?.*$/s, ""), one, request));
  if (name === "rewrite" && args.length === 1) return target(first);
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
    for (const candidate of args) {
      if (candidate.startsWith("=")) break;
      const path = target(candidate);
      const kind = path.endsWith("/") ? "folder" : "file";
      // The file asked for counts as there.
      const root = rootOf(request.root, request);
      if (path === uri || await view.kind(toText(root + path)) === kind) return path;
    }
  }
  throw taken("rewrite", quoted(one));
}

/** With placeholders filled in that are known before a request comes. */
function filled(text: string, one: Directive, { address, uri, running }: Request): string {
  const { host, port, scheme, query } = address;
  const known = new Map(Object.entries({
    path: uri,
    uri,
    host,
    hostport: `${host}:${port}`,
    port: String(port),
    scheme,
    method: "GET",
    query,
  }));
  return text.replace(/\{([^{}]*)\}/g, (_, name: string) => {
    const value = name.startsWith("env.")
      ? running.env(name.slice("env.".length)) ?? ""
      : known.get(name.replace(/^http\.request\.(?:orig_)?(?:uri\.)?/, ""));
    if (value !== undefined) return value;
    throw unclear(one, "depends on what is known only when a request comes");
  });
}

/** Directives that matter, but not to a file that is there. */
function passOrRefuse(one: Directive, [first = ""]: readonly string[], request: Request): void {
  const { name, block = [] } = one;
  if (/^(?:basic_?auth|forward_auth)$/.test(name)) {
    const hint = "Take this folder out of it, and reload Caddy.";
    return warnOfCredentials(request.trace, quoted(one), hint);
  }
  if (name === "php_fastcgi") {
    // It takes `*.php`, and what its try_files, `{path} …` by default, does not find.
    const option = (key: string) => block.find((each) => each.name === key)?.args;
    const endings = option("split") ?? [".php"];
    const isThere = (option("try_files") ?? ["{path}"])[0] === "{path}";
    if (isThere && !endings.some((ending) => request.uri.toLowerCase().endsWith(ending))) return;
  }
  if (name === "method" && /^get$/i.test(first)) return;
  if (name === "method") throw taken("rewrite", quoted(one));
  if (name === "redir") throw taken("return", quoted(one));
  if (/^(?:abort|error|respond|metrics|reverse_proxy|php_fastcgi|acme_server)$/.test(name)) {
    throw taken("handler", quoted(one));
  }
  throw unclear(one, "is not followed");
}

function rootOf(by: Directive | undefined, request: Request): string {
  const path = by === undefined ? "." : filled(by.args[0] ?? "", by, request);
  return absolute(path, request).replace(/(?:\/\.?)+$/, "");
}

function absolute(path: string, { running: { folder } }: Request): string {
  return path.startsWith("/") ? path : `${toBytes(folder)}/${path}`;
}

function served(one: Directive, request: Request): string {
  const { block = [] } = one;
  const by = block.find(({ name }) => name === "root") ?? request.root;
  const unknown = block.find(({ name }) => name === "fs" || name === "status");
  if (unknown !== undefined) throw unclear(unknown, "is not followed");
  const path = rootOf(by, request) + request.uri;
  for (const hidden of block.filter(({ name }) => name === "hide")) {
    const pattern = hidden.args.find((each) => hides(each, path, request));
    if (pattern !== undefined) throw unclear(hidden, "hides it", `hide ${pattern}`);
  }
  if (by !== undefined) noteStep(request.trace, `root ${toText(by.args.join(" "))}`, by);
  noteStep(request.trace, "file_server", one);
  return path;
}

/** A name without a slash hides every file and folder of that name; others, what lies there. */
function hides(pattern: string, path: string, request: Request): boolean {
  if (!pattern.includes("/")) return path.split("/").some(wildcard(pattern));
  const hidden = absolute(pattern, request);
  return `${path}/`.startsWith(hidden.replace(/\/?$/, "/")) ||
    wildcard(hidden, { stop: "/" })(path);
}
