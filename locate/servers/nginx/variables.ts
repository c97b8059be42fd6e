/** What variables hold for a plain GET without credentials, and the folders that follow. */
import { toBytes, toText } from "../../bytes.ts";
import { arrivalOf, NoAnswer, noteWarning } from "../../result.ts";
import { nodeHeader } from "../node_request.ts";
import { unclear } from "../server.ts";
import { networkFor } from "./networks.ts";
import {
  type Directive,
  directiveText,
  inherited,
  locationOf,
  nearest,
  quoted,
  type Scope,
} from "./directive.ts";
import { type Request, testRegex } from "./request.ts";

/** Gives a variable's value; undefined when it cannot be told. */
export type Lookup = (variable: string) => string | undefined;

const VARIABLE = /\$(?:([1-9])|\{(\w+)\}|(\w+))/g;

/** A text with the values of `$1` to `$9`, `$name` and `${name}`; undefined if one is unknown. */
export function valueOf(text: string, lookup: Lookup): string | undefined {
  let isKnown = true;
  const value = text.replace(VARIABLE, (_, digit, braced, plain) => {
    const found = lookup(String(digit ?? braced ?? plain));
    isKnown &&= found !== undefined;
    return found ?? "";
  });
  return isKnown ? value : undefined;
}

/** As {@linkcode valueOf} for what decides. Throws {@linkcode NoAnswer}. */
export function requireValue(text: string, directive: Directive, lookup: Lookup): string {
  const value = valueOf(text, lookup);
  if (value !== undefined) return value;
  const unknown = text.match(VARIABLE)?.find((one) => valueOf(one, lookup) === undefined);
  const state = `depends on ${unknown}, which is known only when a request comes`;
  throw unclear(directive, state, [directive.name, ...directive.args].join(" "));
}

type Variable = (request: Request, scope: Scope, lookup: Lookup) => string | undefined;

/** Variables that a GET without credentials and body leaves empty. */
const EMPTY =
  /^(?:content_(?:length|type)|cookie_.*|remote_user|request_(?:body|completion)|secure_link_expires)$/;

const VARIABLES: ReadonlyMap<string, Variable> = new Map<string, Variable>(Object.entries({
  uri: ({ uri }) => uri,
  document_uri: ({ uri }) => uri,
  request_uri: ({ address: { path, query } }) => query === "" ? path : `${path}?${query}`,
  args: ({ address }) => address.query,
  query_string: ({ address }) => address.query,
  is_args: ({ address }) => address.query === "" ? "" : "?",
  scheme: ({ address }) => address.scheme,
  https: ({ address }) => address.scheme === "https" ? "on" : "",
  host: ({ address }) => toBytes(address.host),
  http_host: ({ address: { host, port, scheme } }) =>
    toBytes(port === (scheme === "https" ? 443 : 80) ? host : `${host}:${port}`),
  server_port: ({ address }) => String(arrivalOf(address).port),
  server_name: (_, scope) => {
    const block = nearest(scope, (one) => one.block.name === "server" ? one : undefined);
    const name = block && inherited(block, "server_name")?.args[0];
    return toBytes(toText(name ?? "").replace(/^\./, "")).toLowerCase();
  },
  request_method: () => "GET",
  server_protocol: ({ address }) => address.scheme === "http" ? "HTTP/1.1" : undefined,
  hostname: ({ configuration }) => configuration.hostname,
  invalid_referer: (_, scope) => {
    const allowed = inherited(scope, "valid_referers");
    return allowed === undefined || allowed.args.includes("none") ? "" : "1";
  },
  // Without a hash in the address it is empty; whether one is right is not computed.
  secure_link: (request, scope, lookup) => {
    if (inherited(scope, "secure_link_secret") !== undefined) {
      return /\/[0-9a-f]{32}\//i.test(request.uri) ? undefined : "";
    }
    const [text = ""] = inherited(scope, "secure_link")?.args ?? [];
    const value = valueOf(text, lookup);
    return value !== undefined && !/^[\w-]{22}/.test(value) ? "" : undefined;
  },
  document_root: (request, scope, lookup) => baseIn(request, scope, lookup)?.folder,
  request_filename: (request, scope, lookup) => {
    const base = baseIn(request, scope, lookup);
    return base && pathBelow(base, request.uri);
  },
}));

function otherValue(name: string, { address }: Request): string | undefined {
  if (EMPTY.test(name)) return "";
  const [, family, rest = ""] = /^(arg|http)_(.*)$/s.exec(name) ?? [];
  if (family === "arg") { // compared without regard to case; the first one counts
    const found = address.query.split("&").find((one) => one.toLowerCase().startsWith(`${rest}=`));
    return found?.slice(rest.length + 1) ?? "";
  }
  // What stands in between adds some.
  if (family === undefined || /^(?:via|x_forwarded_.*)$/.test(rest)) return undefined;
  const values = nodeHeader(rest.replaceAll("_", "-"));
  return values?.length === 1 ? values[0] : undefined;
}

/** A request's variables in a scope; `open` are maps being evaluated: none can need itself. */
export function lookupIn(request: Request, scope: Scope, open: readonly Directive[] = []): Lookup {
  const lookup: Lookup = (given) => {
    const name = given.toLowerCase();
    if (/^[1-9]$/.test(name)) {
      const { captures = { groups: [], exact: true } } = request;
      return captures.exact ? captures.groups[Number(name)] ?? "" : undefined;
    }
    if (request.variables.has(name)) return request.variables.get(name);
    const variable = VARIABLES.get(name);
    if (variable !== undefined) return variable(request, scope, lookup);
    const map = request.configuration.maps.get(name);
    if (map !== undefined) {
      if (open.includes(map)) return undefined;
      const within = lookupIn(request, scope, [...open, map]);
      const known = request.mapped.get(map) ?? valueIn(map, request, within);
      const isVolatile = map.block?.some(({ name }) => name === "volatile");
      if (known !== undefined && !isVolatile) request.mapped.set(map, known);
      return known;
    }
    return otherValue(name, request);
  };
  return lookup;
}

const OPTIONS = new Set(["hostnames", "volatile", "ranges", "delete", "proxy", "proxy_recursive"]);

/** The value that a `map` or `geo` gives; undefined when it cannot be told. */
function valueIn(map: Directive, request: Request, lookup: Lookup): string | undefined {
  const entries = (map.block ?? []).filter(({ name }) => !OPTIONS.has(name));
  if (entries.length === 0) return undefined; // too long to be kept
  const value = (entry?: Directive) => valueOf(entry?.args[0] ?? "", lookup);
  const fallback = entries.find(({ name }) => name === "default");
  const source = map.args.length === 2 ? valueOf(map.args[0] ?? "", lookup) : undefined;
  if (source === undefined || map.block?.some(({ name }) => name === "delete")) {
    // Such as a client's address: it can be told if all entries say the same.
    const values = new Set([...entries, fallback].map(value));
    return values.size === 1 ? [...values][0] : undefined;
  }
  const isGeo = map.name === "geo";
  const entry = isGeo ? networkFor(source, entries) : entryFor(map, entries, source, request);
  return value(entry ?? fallback);
}

/** As `ngx_http_map_find`: names without regard to case, then expressions in their order. */
function entryFor(
  { block = [] }: Directive,
  entries: readonly Directive[],
  source: string,
  request: Request,
): Directive | undefined {
  const wanted = source.toLowerCase();
  const names = entries.filter(({ name }) => !name.startsWith("~") && name !== "default")
    .map((one) => ({ one, name: one.name.replace(/^\\/, "").toLowerCase() }));
  const isHost = block.some(({ name }) => name === "hostnames");
  const [best] = names.filter(({ name }) => isHost && matchesHost(name, wanted)).toSorted((a, b) =>
    Number(a.name.endsWith("*")) - Number(b.name.endsWith("*")) || b.name.length - a.name.length
  );
  const found = names.find(({ name }) => name === wanted) ?? best;
  return found?.one ?? entries.find((place) => {
    const [, star = "", expression] = /^~(\*?)(.*)$/s.exec(place.name) ?? [];
    if (expression === undefined || source === "") return false;
    return testRegex(request, expression, source, place, star === "*");
  });
}

function matchesHost(name: string, host: string): boolean {
  if (name.endsWith(".*")) return host.startsWith(name.slice(0, -1));
  if (name.startsWith("*.")) return host.endsWith(name.slice(1));
  return name.startsWith(".") && (host.endsWith(name) || host === name.slice(1));
}

/** The folder that `root` or `alias` names for a request. */
export interface Base {
  /** Undefined where neither is given and the default applies. */
  readonly directive: Directive | undefined;
  /** As bytes; without the one slash at its end that `root` drops. */
  readonly folder: string;
  /** How many bytes of the URI an `alias` replaces: all where its location has an expression. */
  readonly replaces: number | "all";
}

/** The base that applies in a scope. Throws {@linkcode NoAnswer} when variables hide it. */
export function baseOf(request: Request, scope: Scope): Base {
  const given = givenBase(scope);
  const { directive, text, replaces } = given;
  if (directive !== undefined && replaces !== 0 && !request.validLocation) {
    // nginx answers 500 then: ngx_http_map_uri_to_path.
    const state = `${quoted(directive)} cannot be used where the URI was rewritten`;
    const hint =
      "nginx answers 500: use root there, or rewrite with last to a location that has the alias.";
    throw new NoAnswer("invalid", state, hint);
  }
  const lookup = lookupIn(request, scope);
  const path = directive === undefined ? text : requireValue(text, directive, lookup);
  return absolute(request, given, path);
}

/** The path of a URI below a base, as bytes. */
export function pathBelow({ folder, replaces }: Base, uri: string): string {
  return replaces === "all" ? folder : folder + uri.slice(replaces);
}

/** As {@linkcode baseOf}; undefined when variables hide it. */
function baseIn(request: Request, scope: Scope, lookup: Lookup): Base | undefined {
  const given = givenBase(scope);
  const path = valueOf(given.text, lookup);
  return path === undefined ? undefined : absolute(request, given, path);
}

function absolute(request: Request, given: ReturnType<typeof givenBase>, path: string): Base {
  const { directive, replaces } = given;
  if (path.startsWith("/") || directive?.args[0]?.startsWith("/")) {
    return { directive, folder: path, replaces };
  }
  const { configuration: { prefix, prefixAssumed }, trace } = request;
  if (prefixAssumed) {
    const what = directive === undefined
      ? "No root is given, so nginx serves its default"
      : `${quoted(directive)} is relative`;
    const message = `${what}; it is taken to lie below ${prefix}`;
    const hint = "nginx -V shows the real --prefix. Give --root DIR to be sure.";
    noteWarning(trace, { code: "prefix-assumed", message, hint });
  }
  return { directive, folder: `${toBytes(prefix).replace(/\/*$/, "/")}${path}`, replaces };
}

function givenBase(scope: Scope): Omit<Base, "folder"> & { readonly text: string } {
  const block = nearest(scope, (one) => one.block.block?.some(isBase) ? one.block : undefined);
  const directive = block?.block?.find(isBase);
  // What nginx serves where nothing is said, below its prefix.
  if (block === undefined || directive === undefined) {
    return { directive, text: "html", replaces: 0 };
  }
  const [text = ""] = directive.args;
  if (directive.name === "root") return { directive, text: text.replace(/\/$/, ""), replaces: 0 };
  const { modifier = "", name = "" } = locationOf(block) ?? {};
  return { directive, text, replaces: modifier.startsWith("~") ? "all" : name.length };
}

function isBase({ name }: Directive): boolean {
  return name === "root" || name === "alias";
}

export function baseText({ directive, folder }: Base): string {
  return directive === undefined
    ? `no root is given; the default is ${toText(folder)}`
    : directiveText(directive);
}
