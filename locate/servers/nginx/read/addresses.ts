/** What nginx refuses where addresses stand: in `listen`, `upstream`, `resolver` and `proxy_pass`. */
import { parseAddress } from "../../../../core/util/address.ts";
import { toText } from "../../../bytes.ts";
import type { Directive } from "../directive.ts";
import { listensOn } from "../listen.ts";
import { type Found, isSecond } from "./block.ts";

/** A time such as `1h 30m`; without a unit it is in seconds. */
export const TIME =
  /^(?=.)(?:\d+y ?)?(?:\d+M ?)?(?:\d+w ?)?(?:\d+d ?)?(?:\d+h ?)?(?:\d+m ?)?(?:\d+s? ?)?(?:\d+ms)?$/;

const OPTION =
  /^(?:default(?:_server)?|bind|reuseport|multipath|deferred|ssl|http2|spdy|quic|proxy_protocol|(?:setfib|fastopen)=\d+|backlog=[1-9]\d*|(?:rcv|snd)buf=\d+[kKmM]?|accept_filter=.*|ipv6only=(?:on|off)|so_keepalive=.+)$/;

/** Options that belong to the socket: only one `listen` for it may give any. */
const OF_SOCKET =
  /^(?:bind|reuseport|multipath|deferred|(?:setfib|fastopen|backlog|rcvbuf|sndbuf|accept_filter|ipv6only|so_keepalive)=.*)$/;

export function listenMistake({ directive, block }: Found): string | undefined {
  const { args: [where = "", ...options] } = directive;
  const { mistake, noHost } = parseUrl(where, true);
  const state = mistake ?? noHost;
  if (state !== undefined) {
    return `${state} in "${toText(where)}" of the "listen" directive`;
  }
  const odd = options.find((one) => !OPTION.test(one));
  if (odd !== undefined) return `invalid parameter "${toText(odd)}"`;
  const hasOptions = options.some((one) => OF_SOCKET.test(one));
  const isDefault = options.includes("default_server") || options.includes("default");
  const { sockets } = block.whole;
  for (const socket of socketsOf(directive)) {
    const known = sockets.getOrInsert(socket, { isDefault: false, hasOptions: false, servers: 0 });
    const mistake = known.last === block
      ? "a duplicate listen"
      : hasOptions && known.hasOptions
      ? "duplicate listen options for"
      : isDefault && known.isDefault
      ? "a duplicate default server for"
      : undefined;
    if (mistake !== undefined) return `${mistake} ${socket.replace(/^\*/, "0.0.0.0")}`;
    known.last = block;
    known.servers++;
    known.hasOptions ||= hasOptions;
    known.isDefault ||= isDefault;
  }
  return undefined;
}

/** Every `address:port` of a `listen`. */
export function socketsOf(directive: Directive): string[] {
  const found: string[] = [];
  for (const { address, port, lastPort } of listensOn(directive)) {
    for (let one = port; one <= lastPort; one++) found.push(`${address}:${one}`);
  }
  return found;
}

/** A name that nobody has: reserved (RFC 6761), or an address with a letter in it. */
const NOBODYS = /\.invalid$|^(?:\d+\.){3}\d*[a-z]\w*$/i;

/** As `ngx_parse_url`. No name is looked up: `noHost` is said of what can be none. */
function parseUrl(text: string, isListen = false) {
  if (text === "unix:") return { host: text, mistake: "no path in the unix domain socket" };
  if (text.startsWith("unix:")) return { host: text };
  if (text.includes("/")) return { host: text, mistake: "invalid host" };
  const isPort = isListen && /^\d+(?:-\d+)?$/.test(text);
  const [, host = "", port] = /^(\[[^\]]*\]?|[^:]*)(?::(.*))?$/s.exec(text) ?? [];
  const ports = isPort ? text : port;
  const [first = 1, last = first, ...more] = (ports?.split(isListen ? "-" : "\0") ?? [])
    .map((one) => /^\d+$/.test(one) ? Number(one) : 0);
  const isWrong = [first, last].some((one) => one < 1 || one > 65535) || more.length > 0;
  const mistake = isWrong ? "invalid port" : first > last ? "invalid port range" : undefined;
  if (isPort || mistake !== undefined || host === "") {
    return { host, ports, mistake: mistake ?? (isPort ? undefined : "no host") };
  }
  const isAddress = parseAddress(`http://${host}/`) !== undefined;
  const isName = isAddress && /^[\w.-]+$/.test(host) && !NOBODYS.test(host);
  const isThere = host.startsWith("[") ? isAddress : isName || (isListen && host === "*");
  const noHost = host.startsWith("[") ? "invalid IPv6 address" : "host not found";
  return { host, ports, noHost: isThere ? undefined : noHost };
}

const SERVER_OPTION =
  /^(?:weight=0*[1-9]\d*|max_(?:conns|fails)=\d+|backup|down|drain|resolve|(?:route|service)=.+|(?:fail_timeout|slow_start)=(.*))$/s;

export function upstreamServerMistake({ directive }: Found): string | undefined {
  const { args: [where, ...options] } = directive;
  if (where === undefined) return 'invalid number of arguments in "server" directive';
  const odd = options.find((one) => !isOption(SERVER_OPTION, one));
  if (odd !== undefined) return `invalid parameter "${toText(odd)}"`;
  const { mistake, noHost } = parseUrl(where);
  const state = mistake ?? (options.includes("resolve") ? undefined : noHost);
  return state && `${state} in upstream "${toText(where)}"`;
}

/** Whether a word is an option; a group of the expression is a time. */
function isOption(options: RegExp, word: string): boolean {
  const found = options.exec(word);
  return found !== null && TIME.test(found[1] ?? "0");
}

const RESOLVER_OPTION = /^(?:valid=(.*)|ipv[46]=(?:on|off)|status_zone=.+)$/s;

export function resolverMistake({ directive: { args } }: Found): string | undefined {
  for (const one of args) {
    if (isOption(RESOLVER_OPTION, one)) continue;
    if (/^(?:valid|ipv[46])=/.test(one)) return `invalid parameter: ${toText(one)}`;
    const { mistake, noHost } = parseUrl(one);
    const state = mistake ?? noHost;
    if (state !== undefined) return `${state} in resolver "${toText(one)}"`;
  }
  return undefined;
}

/** What an address begins with, by the directive that passes requests on. */
const PREFIXES: Readonly<Record<string, RegExp>> = {
  proxy_pass: /^https?:\/\//i,
  grpc_pass: /^(?:grpcs?:\/\/)?/i,
  uwsgi_pass: /^(?:s?uwsgi:\/\/)?/i,
  fastcgi_pass: /^/,
  scgi_pass: /^/,
  memcached_pass: /^/,
};

/** Why nginx refuses what requests are passed to: an address, or the name of an `upstream`. */
export function passMistake(found: Found): string | undefined {
  const { directive: { name, args: [url = ""] }, block } = found;
  const prefix = PREFIXES[name];
  if (prefix === undefined) return undefined;
  if (isSecond(block.seen, name)) return `"${name}" directive is duplicate`;
  if (url.includes("$")) return undefined;
  if (!prefix.test(url)) return "invalid URL prefix";
  const rest = url.replace(prefix, "");
  const isProxy = name === "proxy_pass";
  const isSocket = rest.startsWith("unix:");
  const [, address = "", uri = ""] = isProxy
    ? (isSocket ? /^(unix:[^:]*)(.*)$/s : /^([^/?]*)(.*)$/s).exec(rest) ?? []
    : ["", rest];
  const { host, ports, mistake, noHost } = parseUrl(address);
  if (mistake !== undefined) return `${mistake} in upstream "${toText(rest)}"`;
  const { context, location, whole } = block;
  if (uri !== "" && (context !== "L" || /[~@]/.test(location?.modifier ?? ""))) {
    return '"proxy_pass" cannot have URI part in location given by regular expression, or inside named location, or inside "if" statement, or inside "limit_except" block';
  }
  const needsPort = /^(?:fastcgi|uwsgi|scgi|memcached)/.test(name) && !isSocket;
  const late = needsPort && ports === undefined ? "no port" : noHost;
  if (late === undefined) return undefined;
  const isThere = () => whole.made.has(`upstream ${host.toLowerCase()}`);
  const lateMistake = () => isThere() ? undefined : `${late} in upstream "${toText(host)}"`;
  whole.late.push({ found, mistake: lateMistake });
  return undefined;
}
