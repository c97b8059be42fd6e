/** What answers instead of files. */
import { toText } from "../../bytes.ts";
import type { NoAnswer, WebAddress } from "../../result.ts";
import { type Directive, groupsOf, last, quoted, taken, unclear } from "../server.ts";

/** What `Redirect` calls its status, where it stands before the path. */
const STATUS = /^(?:\d{3}|permanent|temp|seeother|gone)$/;

/**
 * Throws {@linkcode NoAnswer} where a directive of the host, or of the server around it, takes a URI
 * away from files.
 */
export function refuseTaken(lists: readonly (readonly Directive[])[], uri: string): void {
  const all = lists.flat();
  const proxied = all.find((one) => one.name.startsWith("proxypass") && takes(one, uri));
  const other = all.find((one) => !one.name.startsWith("proxypass") && takes(one, uri));
  // `ProxyPass /files !` takes a path out of those behind it.
  if (proxied !== undefined && proxied.args[1] !== "!") throw taken("handler", quoted(proxied));
  if (other !== undefined) throw instead(other);
  const dynamic = all.find(({ name }) => /^virtual(?:documentroot|scriptalias)/.test(name));
  if (dynamic !== undefined) throw unclear(toText(dynamic.text), dynamic, "depends on the request");
}

function instead(one: Directive): NoAnswer {
  return taken(one.name.startsWith("redirect") ? "return" : "handler", quoted(one));
}

/** What is left of a URI behind a path of the configuration; undefined where it is no part of it. */
export function restBelow(path: string, uri: string): string | undefined {
  const plain = path.replace(/\/{2,}/g, "/");
  if (!uri.startsWith(plain)) return undefined;
  const rest = uri.slice(plain.length);
  return plain.endsWith("/") || rest === "" || rest.startsWith("/") ? rest : undefined;
}

function takes(one: Directive, uri: string): boolean {
  const { name, args } = one;
  const [path = ""] = STATUS.test(args[0] ?? "") ? args.slice(1) : args;
  switch (name) {
    case "redirect":
    case "redirectpermanent":
    case "redirecttemp":
    case "proxypass":
    case "scriptalias":
    case "wsgiscriptalias":
      return restBelow(path, uri) !== undefined;
    case "redirectmatch":
    case "proxypassmatch":
    case "scriptaliasmatch":
    case "wsgiscriptaliasmatch":
      return groupsOf(path, uri, one) !== undefined;
    case "jkmount":
      return path.endsWith("*") ? uri.startsWith(path.slice(0, -1)) : uri === path;
    default:
      return false;
  }
}

/** Throws {@linkcode NoAnswer} where a section that applies hands requests to something else. */
export function refuseHandlers(
  all: readonly Directive[],
  uri: string,
  { scheme }: WebAddress,
): void {
  const handler = last(all, "sethandler");
  if (handler !== undefined && !/^(?:none|default-handler)$/i.test(handler.args[0] ?? "")) {
    throw instead(handler);
  }
  const extensions = (uri.split("/").at(-1) ?? "").toLowerCase().split(".").slice(1);
  const found = all.find((one) =>
    isDynamic(one, extensions) || answers(one, uri) ||
    (one.name === "sslrequiressl" && scheme === "http")
  );
  if (found !== undefined) throw instead(found);
}

/** `AddHandler cgi-script .cgi`: a name may have several extensions. */
function isDynamic(
  { name, args: [kind = "", ...given] }: Directive,
  extensions: readonly string[],
) {
  const runs = name === "addhandler"
    ? !/^default-handler$/i.test(kind)
    : name === "addtype" && /httpd-(?:php|cgi)|server-parsed/i.test(kind);
  return runs && given.some((one) => extensions.includes(one.replace(/^\./, "").toLowerCase()));
}

/** In a section of URLs, the path may be left out. */
function answers(one: Directive, uri: string): boolean {
  const { name, args } = one;
  if (!/^(?:redirect|alias|proxypass|scriptalias)/.test(name) || args[0] === "!") return false;
  const rest = STATUS.test(args[0] ?? "") ? args.slice(1) : args;
  const hasPath = name.endsWith("match") || (rest[0]?.startsWith("/") && rest.length > 1) ||
    (args[0] === "gone" && rest.length > 0);
  return name.startsWith("redirect") && hasPath ? takes(one, uri) : true;
}
