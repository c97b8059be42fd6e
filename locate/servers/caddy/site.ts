/** Which requests a directive is for. */
import { wildcard } from "../../../core/util/wildcard.ts";
import { toText } from "../../bytes.ts";
import { placeText } from "../../config_text.ts";
import { ipOf, NoAnswer, type WebAddress } from "../../result.ts";
import { GIVE_ROOT, groupsOf, unclear } from "../server.ts";
import type { Directive } from "./parse.ts";

/** A request as matchers see it. */
export interface Asked {
  readonly address: WebAddress;
  /** Decoded, as bytes. */
  readonly uri: string;
}

/** The matcher of a directive, and the words behind it. */
export interface Matched {
  /** `/path*`, `*` or `@name`; absent for every request. */
  readonly matcher: string | undefined;
  readonly args: readonly string[];
}

/** A first word that begins with a slash, `@`, or is a `*`, is a matcher. */
export function splitMatcher({ args }: Pick<Directive, "args">): Matched {
  const [first = "", ...rest] = args;
  const isMatcher = first === "*" || /^[/@]/.test(first);
  return isMatcher ? { matcher: first, args: rest } : { matcher: undefined, args };
}

/**
 * Whether a directive is for a request. `named` are the directives around it, among which `@name` is
 * looked for. Throws {@linkcode NoAnswer} where that cannot be told.
 */
export function isFor(
  one: Directive,
  matcher: string | undefined,
  named: readonly Directive[],
  asked: Asked,
): boolean {
  if (matcher === undefined || matcher === "*") return true;
  if (!matcher.startsWith("@")) return matchesPath(matcher, asked.uri);
  const found = named.find(({ name }) => name === matcher);
  const holds = found === undefined ? undefined : all(conditionsOf(found), asked);
  if (holds !== undefined) return holds;
  throw unclear([one.name, ...one.args].join(" "), one, "is for requests that cannot be told");
}

/** How specific: the length of its one path, as Caddy sorts them; then whether there is any. */
export function matcherSpecificity(
  matcher: string | undefined,
  named: readonly Directive[],
): number {
  if (matcher === undefined || matcher === "*") return 0;
  if (matcher.startsWith("/")) return matcher.replace(/\*$/, "").length + 1;
  const found = named.find(({ name }) => name === matcher);
  const [only, ...others] = found === undefined ? [] : conditionsOf(found);
  const isPath = only?.name === "path" && only.args.length === 1 && others.length === 0;
  return isPath ? (only.args[0] ?? "").replace(/\*$/, "").length + 1 : 0.5;
}

/** `@name path /x`, or a block with one on each line. */
function conditionsOf(
  { args: [name, ...args], block, file, line }: Directive,
): readonly Directive[] {
  if (name === undefined) return block ?? [];
  return [{ name, args, file, line, ...(block === undefined ? {} : { block }) }];
}

function all(conditions: readonly Directive[], asked: Asked): boolean | undefined {
  const held = conditions.map((one) => holds(one, asked));
  return held.includes(false) ? false : held.includes(undefined) ? undefined : true;
}

function holds(one: Directive, asked: Asked): boolean | undefined {
  const { name, args, block, file, line } = one;
  switch (name) {
    case "path":
      return args.some((path) => matchesPath(path, asked.uri));
    case "path_regexp":
      return groupsOf(args.at(-1) ?? "", asked.uri, one) !== undefined;
    case "method":
      return args.some((method) => /^get$/i.test(method));
    case "host":
      return args.some((host) => host.toLowerCase() === asked.address.host);
    case "protocol":
      return args[0] === asked.address.scheme;
    case "file":
      // The file asked for counts as there: it is going to be written.
      return args.length === 0 && block === undefined ? true : undefined;
    case "not": {
      const [inner, ...rest] = args;
      const conditions = inner === undefined
        ? block ?? []
        : [{ name: inner, args: rest, file, line }];
      const held = all(conditions, asked);
      return held === undefined ? undefined : !held;
    }
    default:
      return undefined;
  }
}

/** In either case; a `*` at the beginning or at the end stands for anything. */
function matchesPath(path: string, uri: string): boolean {
  const [pattern, subject] = [path.toLowerCase(), uri.toLowerCase()];
  const inner = pattern.replace(/^\*|\*$/g, "");
  if (inner.includes("*")) return wildcard(pattern, { stop: "/" })(subject);
  if (pattern.startsWith("*") && pattern.endsWith("*")) return subject.includes(inner);
  if (pattern.endsWith("*")) return subject.startsWith(inner);
  if (pattern.startsWith("*")) return subject.endsWith(inner);
  return subject === pattern;
}

/** An address of a site. */
interface Address {
  readonly site: Directive;
  /** Empty for all. */
  readonly host: string;
  readonly port: number;
  readonly tls: boolean;
  readonly path: string;
}

/** The site for an address; a name is not looked up. Throws {@linkcode NoAnswer}. */
export function chooseSite(blocks: readonly Directive[], address: WebAddress): Directive {
  const options = blocks.find(({ name }) => name === "")?.block ?? [];
  refuseOptions(options);
  const sites = blocks.filter(({ name }) => name !== "" && !name.startsWith("&("));
  const all = sites.flatMap((site) =>
    [site.name, ...site.args].map((text) => parseAddress(text, site, options))
  );
  const listening = all.filter(({ port }) => port === address.port);
  const own = listening.filter(({ site }) => boundTo(site, address) === "this");
  const onPort = own.length > 0
    ? own
    : listening.filter(({ site }) => boundTo(site, address) === "all");
  const fitting = onPort.filter(({ host }) => fits(host, address.host))
    .sort((a, b) => hostSpecificity(b.host) - hostSpecificity(a.host));
  const [found] = fitting;
  if (found === undefined) throw nothingFits(onPort.length > 0 ? onPort : all, address);
  if (found.path !== "") {
    throw unclear(found.site.name, found.site, "is for a path, and not followed");
  }
  requireScheme(found, address);
  return found.site;
}

/** Options that change more than is followed here. */
function refuseOptions(options: readonly Directive[]): void {
  const found = options.find(({ name }) => name === "order");
  if (found !== undefined) throw unclear(`order ${found.args.join(" ")}`, found, "is not followed");
}

function optionOf(options: readonly Directive[], name: string): string | undefined {
  return options.find((one) => one.name === name)?.args[0];
}

function parseAddress(text: string, site: Directive, options: readonly Directive[]): Address {
  const [, scheme, host = "", given, path = ""] =
    /^(?:(\w+):\/\/)?(\[[^\]]*\]|[^:/]*)(?::(\d+))?(\/.*)?$/.exec(text) ?? [];
  if (/[{}]/.test(text) || (host === "" && given === undefined && scheme === undefined)) {
    throw unclear(toText(text), site, "is an address that is not followed");
  }
  const http = Number(optionOf(options, "http_port") ?? 80);
  const https = Number(optionOf(options, "https_port") ?? 443);
  const port = given === undefined ? (scheme === "http" ? http : https) : Number(given);
  const ownTls = site.block?.some(({ name }) => name === "tls") ?? false;
  const automatic = host !== "" && optionOf(options, "auto_https") !== "off";
  const tls = scheme === "https" ||
    (scheme !== "http" && port !== http && (port === https || ownTls || automatic));
  return { site, host: host.toLowerCase(), port, tls, path: path === "/" ? "" : path };
}

/** How a site is bound: to this very address, to all, or to others. */
function boundTo({ block = [] }: Directive, { host }: WebAddress): "this" | "all" | "others" {
  const binds = block.filter(({ name }) => name === "bind");
  const ip = ipOf(host) ?? (host === "localhost" ? "127.0.0.1" : undefined);
  const addresses = binds.flatMap(({ args }) => args)
    .map((one) => one.replace(/^\w+\/|^\[|\]$/g, ""));
  if (addresses.length === 0 || addresses.some((one) => one === "0.0.0.0" || one === "::")) {
    return "all";
  }
  return ip === undefined || addresses.includes(ip) ? "this" : "others";
}

function fits(name: string, host: string): boolean {
  const parts = name.split(".");
  const asked = host.split(".");
  return name === "" ||
    (parts.length === asked.length && parts.every((part, i) => part === "*" || part === asked[i]));
}

/** Whole names before those with a `*`, and these before all. */
function hostSpecificity(host: string): number {
  return host === "" ? 0 : host.includes("*") ? 1 : 2;
}

function nothingFits(there: readonly Address[], { host, port }: WebAddress): NoAnswer {
  const names = there.slice(0, 8).map(({ site }) => `${toText(site.name)} (${placeText(site)})`);
  return new NoAnswer(
    "no-server",
    `no site is for ${host}:${port}; there ${
      names.length > 0 ? `is ${names.join(", ")}` : "is none"
    }`,
    "Give the URL with the name of a site. " + GIVE_ROOT,
  );
}

function requireScheme({ tls, site }: Address, { scheme }: WebAddress): void {
  if (tls === (scheme === "https")) return;
  throw new NoAnswer(
    "no-server",
    `Caddy ${tls ? "speaks TLS alone" : "does not speak TLS"} there (${placeText(site)})`,
    `Give the URL with ${tls ? "https" : "http"}://, or another port.`,
  );
}
