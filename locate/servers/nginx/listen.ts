/** `listen` directives. */
import { parseAddress } from "../../../core/util/address.ts";
import { toText } from "../../bytes.ts";
import { ipOf, type ServerPlace } from "../../result.ts";
import type { Family } from "./access_rules.ts";
import { type Directive, named, type Scope, scopeIn } from "./directive.ts";

/** A socket that a server listens on. */
export interface Listen {
  /** The directive; the server itself where it has none. */
  readonly directive: Directive;
  /** `*`, `[::]`, an address (IPv6 in brackets), or a name whose address is not known. */
  readonly address: string;
  readonly port: number;
  /** The last port of a range; most often `port`. */
  readonly lastPort: number;
  readonly defaultServer: boolean;
  readonly tls: boolean;
  readonly proxyProtocol: boolean;
  /** `[::]` that takes IPv4 connections too. */
  readonly bothFamilies: boolean;
}

/**
 * The sockets of a server, but UNIX sockets and UDP; without a `listen` it has every IPv4 address.
 *
 * @param defaultPort the port then: 80, or 8000 where nginx is not run by root
 */
function listensOf(server: Directive, defaultPort: number): Listen[] {
  const directives = named(server.block ?? [], "listen");
  if (directives.length > 0) return directives.flatMap(listensOn);
  return listensOn({ ...server, args: [`*:${defaultPort}`] });
}

/** The sockets of one `listen`. */
export function listensOn(directive: Directive): Listen[] {
  const [where = "", ...options] = directive.args;
  const socket = where.startsWith("unix:") ? undefined : parseSocket(toText(where));
  if (socket === undefined || options.includes("quic")) return [];
  return addresses(socket.host).map((address) => ({
    directive,
    address,
    port: socket.port,
    lastPort: socket.lastPort,
    defaultServer: options.includes("default_server") || options.includes("default"),
    tls: options.includes("ssl"),
    proxyProtocol: options.includes("proxy_protocol"),
    bothFamilies: options.includes("ipv6only=off"),
  }));
}

/** `80`, `*:80`, `192.0.2.1`, `[::]:80`, `name:80`, `8000-8010`. */
function parseSocket(
  text: string,
): { readonly host: string; readonly port: number; readonly lastPort: number } | undefined {
  const [, host = "*", first, last] = /^(?:(\[[^\]]*\]|[^:]*):)?(\d+)(?:-(\d+))?$/.exec(text) ?? [];
  if (first === undefined) return { host: text, port: 80, lastPort: 80 };
  const port = Number(first);
  return { host, port, lastPort: Number(last ?? port) };
}

/** One spelling for each address. */
function addresses(host: string): string[] {
  if (host === "*" || host === "0.0.0.0") return ["*"];
  if (host.toLowerCase() === "localhost") return ["127.0.0.1", "[::1]"];
  return [parseAddress(`http://${host}/`)?.hostname ?? host];
}

/** The socket as nginx prints it: `*:80`. */
export function listenText({ address, port, lastPort }: Listen): string {
  return `${address}:${port}${lastPort === port ? "" : `-${lastPort}`}`;
}

/** An address and port that nginx listens on. */
export interface Socket {
  /** The first `listen` that names it. */
  readonly listen: Listen;
  /** Whether any of its `listen` says `ssl`: then TLS is all that it speaks. */
  readonly tls: boolean;
  /** In the order of the configuration. */
  readonly servers: readonly Server[];
  /** Its `default_server`, else its first one. */
  readonly fallback: Server;
}

/** Asked again for each of several URLs. */
const cache = new WeakMap<readonly Server[], Map<number, readonly Socket[]>>();

/** Every socket of a port, in the order in which the configuration first names them. */
export function socketsOn(servers: readonly Server[], port: number): readonly Socket[] {
  const byPort = cache.get(servers) ?? new Map<number, readonly Socket[]>();
  cache.set(servers, byPort);
  const sockets = byPort.get(port) ?? collect(servers, port);
  byPort.set(port, sockets);
  return sockets;
}

function collect(servers: readonly Server[], port: number): Socket[] {
  const byAddress = new Map<string, { server: Server; listen: Listen }[]>();
  for (const server of servers) {
    for (const listen of server.listens) {
      if (port < listen.port || port > listen.lastPort) continue;
      const same = byAddress.get(listen.address);
      if (same === undefined) byAddress.set(listen.address, [{ server, listen }]);
      else same.push({ server, listen });
    }
  }
  return [...byAddress.values()].flatMap((same) => {
    const [first] = same;
    if (first === undefined) return [];
    const fallback = same.find(({ listen }) => listen.defaultServer) ?? first;
    return [{
      listen: first.listen,
      tls: same.some(({ listen }) => listen.tls),
      servers: same.map(({ server }) => server),
      fallback: fallback.server,
    }];
  });
}

/**
 * The sockets that a connection to a host can reach. For an address that is one: its own, else the
 * one of all addresses, which does not count where there is an own one. A name can have any
 * address, so it can reach all; the widest comes first.
 */
export function socketsFor(sockets: readonly Socket[], host: string): Socket[] {
  const at = (address: string) => sockets.filter(({ listen }) => listen.address === address);
  const allIpv4 = [...at("*"), ...at("[::]").filter(({ listen }) => listen.bothFamilies)];
  const loopback = host === "localhost" ? ["127.0.0.1", "[::1]"] : [];
  const addresses = ipOf(host) === undefined ? loopback : [host];
  if (addresses.length === 0) return [...new Set([...allIpv4, ...at("[::]"), ...sockets])];
  const fitting = [
    ...addresses.flatMap(at),
    ...addresses.flatMap((one) => one.startsWith("[") ? at("[::]") : allIpv4),
    // A name in `listen` may stand for this address.
    ...sockets.filter(({ listen }) => listen.address !== "*" && ipOf(listen.address) === undefined),
  ];
  return fitting.slice(0, 1);
}

/** The kinds of addresses that clients of these sockets can have. */
export function clientFamilies(sockets: readonly Socket[]): Family[] {
  const all = sockets.flatMap(({ listen: { address, bothFamilies } }): Family[] => {
    if (bothFamilies) return ["ipv4", "ipv6"];
    if (address === "*") return ["ipv4"];
    const ip = ipOf(address);
    return ip === undefined ? ["ipv4", "ipv6"] : [ip.includes(":") ? "ipv6" : "ipv4"];
  });
  return [...new Set(all)];
}

/** A `server` block. */
export interface Server {
  readonly directive: Directive;
  readonly scope: Scope;
  readonly listens: readonly Listen[];
  /** In lower case, as bytes; regular expressions as they are, with their `~`. */
  readonly names: readonly string[];
}

/**
 * The servers of an http block, in their order.
 *
 * @param defaultPort the port of a server without `listen`
 * @param hostname what `server_name $hostname` means
 */
export function listServers(
  http: Scope,
  defaultPort: number,
  hostname: string | undefined,
): Server[] {
  return named(http.block.block ?? [], "server").map((directive) => ({
    directive,
    scope: scopeIn(http, directive),
    listens: listensOf(directive, defaultPort),
    names: named(directive.block ?? [], "server_name").flatMap(({ args }) => args)
      .map((name) => name.toLowerCase() === "$hostname" ? hostname ?? name : name)
      .map((name) => name.startsWith("~") ? name : name.toLowerCase()),
  }));
}

/** `server` with its names, as people call it. */
export function serverText({ names }: Server): string {
  return ["server", ...names.map(toText)].join(" ");
}

/** The server, for an answer. */
export function serverPlace({ directive: { file, line }, names }: Server): ServerPlace {
  return { file, line, names: names.map(toText) };
}
