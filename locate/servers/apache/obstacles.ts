/** What answers instead of files. */
import type { NoAnswer } from "../../result.ts";
import { matchOf } from "../pcre/mod.ts";
import { type Directive, last, quoted, taken, unclear } from "../server.ts";

/**
 * Throws {@linkcode NoAnswer} where a directive of the host, or of the server around it, takes a URI
 * away from files; `inner` are those of sections.
 */
export function refuseTaken(
  all: readonly Directive[],
  inner: readonly Directive[],
  uri: string,
): void {
  const isProxy = ({ name }: Directive) => /^proxypass(?:match)?$/.test(name);
  const taking = all.filter((one) => takes(one, uri));
  // `ProxyPass /files !` takes a path out of those behind it; that of a section counts before all.
  const proxied = inner.findLast(isProxy) ?? taking.find(isProxy);
  const other = taking.find((one) => !isProxy(one));
  if (proxied !== undefined && !proxied.args.includes("!")) throw instead(proxied);
  if (other !== undefined) throw instead(other);
  const dynamic = all.find(({ name, args: [first = ""] }) =>
    /^virtual(?:documentroot|scriptalias)/.test(name) ||
    (name === "userdir" && uri.startsWith("/~") && !/^disabled$/i.test(first))
  );
  if (dynamic !== undefined) throw unclear(dynamic, "depends on the request");
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

const BY_PATH = /^(?:redirect(?:permanent|temp)?|proxypass|scriptalias|wsgiscriptalias)$/;
const BY_EXPRESSION = /^(?:redirect|proxypass|scriptalias|wsgiscriptalias)match$/;

function takes(one: Directive, uri: string): boolean {
  const [path = ""] = withoutStatus(one);
  if (BY_PATH.test(one.name)) return restBelow(path, uri) !== undefined;
  if (BY_EXPRESSION.test(one.name)) return matchOf(path, uri, one) !== undefined;
  if (one.name !== "jkmount") return false;
  return path.endsWith("*") ? uri.startsWith(path.slice(0, -1)) : uri === path;
}

/** The words of `Redirect`, whose status may stand before the path, or of its kin. */
function withoutStatus({ args }: Directive): readonly string[] {
  return /^(?:\d{3}|permanent|temp|seeother|gone)$/.test(args[0] ?? "") ? args.slice(1) : args;
}

/** Throws {@linkcode NoAnswer} where a section that applies hands requests to something else. */
export function refuseHandlers(all: readonly Directive[], uri: string, scheme: string): void {
  const handler = last(all, "sethandler");
  if (handler !== undefined && !/^(?:none|default-handler)$/i.test(handler.args[0] ?? "")) {
    throw instead(handler);
  }
  // A name may have several extensions.
  const extensions = uri.slice(uri.lastIndexOf("/")).toLowerCase().split(".").slice(1);
  const isPlain = scheme === "http";
  const found = all.find((one) =>
    isDynamic(one, extensions) || answers(one, uri) || (isPlain && one.name === "sslrequiressl")
  );
  if (found !== undefined) throw instead(found);
}

/** `AddHandler cgi-script .cgi`. */
function isDynamic({ name, args }: Directive, extensions: readonly string[]): boolean {
  const [kind = "", ...given] = args;
  const runs = name === "addhandler"
    ? !/^default-handler$/i.test(kind)
    : name === "addtype" && /httpd-(?:php|cgi)|server-parsed/i.test(kind);
  return runs && given.some((one) => extensions.includes(one.replace(/^\./, "").toLowerCase()));
}

/** In a section of URLs, the path may be left out. */
function answers(one: Directive, uri: string): boolean {
  const { name, args: [first] } = one;
  if (!/^(?:redirect|alias|scriptalias)/.test(name)) return false;
  const rest = withoutStatus(one);
  const hasPath = name.endsWith("match") || (rest[0]?.startsWith("/") && rest.length > 1) ||
    (first === "gone" && rest.length > 0);
  return name.startsWith("redirect") && hasPath ? takes(one, uri) : true;
}
