/** `listen` directives. */
import { toText } from "../bytes.ts";
import { type Directive, named } from "./directive.ts";

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
export function listensOf(server: Directive, defaultPort: number): Listen[] {
  const directives = named(server.block ?? [], "listen");
  if (directives.length > 0) return directives.flatMap(listensOn);
  return listensOn({ ...server, args: [`*:${defaultPort}`] });
}

function listensOn(directive: Directive): Listen[] {
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
  return [URL.parse(`http://${host}/`)?.hostname ?? host];
}

/** The socket as nginx prints it: `*:80`. */
export function listenText({ address, port, lastPort }: Listen): string {
  return `${address}:${port}${lastPort === port ? "" : `-${lastPort}`}`;
}
