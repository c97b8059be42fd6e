/** `listen` directives, the servers that have them, and the sockets that servers share. */
import { parseAddress } from "../../../core/util/address.ts";
import { toText } from "../../bytes.ts";
import { ipOf } from "../../result.ts";
import type { Family } from "./networks.ts";
import { type Directive, named, type Scope } from "./directive.ts";

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

/** The sockets of one `listen`, but UNIX sockets and UDP. */
export function listensOn(directive: Directive): Listen[] {
  const [where = "", ...options] = directive.args;
  if (where.startsWith("unix:") || options.includes("quic")) return [];
  const [, host = "*", first, last] = /^(?:(\[[^\]]*\]|[^:]*):)?(\d+)(?:-(\d+))?$/.exec(where) ??
    [];
  return addresses(first === undefined ? toText(where) : toText(host)).map((address) => ({
    directive,
    address,
    port: Number(first ?? 80),
    lastPort: Number(last ?? first ?? 80),
    defaultServer: options.includes("default_server") || options.includes("default"),
    tls: options.includes("ssl"),
    proxyProtocol: options.includes("proxy_protocol"),
    bothFamilies: options.includes("ipv6only=off"),
  }));
}

function addresses(host: string): string[] {
  if (host === "*" || host === "0.0.0.0") return ["*"];
  if (host.toLowerCase() === "localhost") return ["127.0.0.1", "[::1]"];
  return [parseAddress(`http://${host}/`)?.hostname ?? host];
}

/** The socket as nginx prints it: `*:80`. */
export function listenText({ address, port, lastPort }: Listen): string {
  return `${address}:${port}${lastPort === port ? "" : `-${lastPort}`}`;
}

export interface Server {
  readonly directive: Directive;
  readonly scope: Scope;
  readonly listens: readonly Listen[];
  /** In lower case, as bytes; regular expressions as they are, with their `~`. */
  readonly names: readonly string[];
}

/** What `server` blocks say; one without `listen` has the default port. */
export function listServers(
  blocks: readonly Directive[],
  http: Scope,
  defaultPort: number,
  hostname?: string,
): Server[] {
  const ownName = (hostname ?? "$hostname").toLowerCase();
  return blocks.map((directive) => {
    const given = named(directive, "listen");
    const names = named(directive, "server_name").flatMap(({ args }) => args)
      .map((name) => name.startsWith("~") ? name : name.toLowerCase())
      .map((name) => name === "$hostname" ? ownName : name);
    return {
      directive,
      scope: { block: directive, outer: http },
      listens: given.length > 0
        ? given.flatMap(listensOn)
        : listensOn({ ...directive, args: [`*:${defaultPort}`] }),
      names,
    };
  });
}

/** An address and port that nginx listens on. */
export interface Socket {
  /** The first `listen` that names it. */
  readonly listen: Listen;
  /** Whether any of its `listen` says `ssl`: then TLS is all that it speaks. */
  readonly tls: boolean;
  /** By `example.com`, `*.example.com` and `www.*`; `.example.com` means the first two. */
  readonly names: ReadonlyMap<string, Server>;
  /** Names that are regular expressions, without their `~`. */
  readonly regexes: readonly { readonly server: Server; readonly source: string }[];
  /** Its `default_server`, else its first one. */
  readonly fallback: Server;
}

/** The sockets of any port; of each it finds them once, since one URL is asked for several keys. */
export function socketTable(servers: readonly Server[]): (port: number) => readonly Socket[] {
  const known = new Map<number, readonly Socket[]>();
  return (port) => known.getOrInsertComputed(port, () => socketsOn(servers, port));
}

/** In the order in which the configuration first names them. */
function socketsOn(servers: readonly Server[], port: number): Socket[] {
  const listening = servers.flatMap((server) =>
    server.listens.filter((one) => one.port <= port && port <= one.lastPort)
      .map((listen) => ({ server, listen }))
  );
  const byAddress = Map.groupBy(listening, ({ listen }) => listen.address);
  return [...byAddress.values()].flatMap((same) =>
    same.slice(0, 1).map((first) => ({
      listen: first.listen,
      tls: same.some(({ listen }) => listen.tls),
      ...namesOf(same.map(({ server }) => server)),
      fallback: (same.find(({ listen }) => listen.defaultServer) ?? first).server,
    }))
  );
}

/** Of equal names the first counts, and of `.example.com` and `example.com`, too. */
function namesOf(servers: readonly Server[]): Pick<Socket, "names" | "regexes"> {
  const names = new Map<string, Server>();
  const regexes: { readonly server: Server; readonly source: string }[] = [];
  const taken = new Set<string>();
  for (const server of servers) {
    for (const name of server.names) {
      if (name.startsWith("~")) regexes.push({ server, source: name.slice(1) });
      else if (name.endsWith(".*") || name.startsWith("*.")) names.getOrInsert(name, server);
      else {
        const isBoth = name.startsWith(".") && name !== ".";
        const exact = isBoth ? name.slice(1) : name;
        if (taken.has(exact)) continue;
        taken.add(exact);
        if (!isBoth) names.set(name, server);
        else if (!names.has(`*${name}`)) names.set(exact, server).set(`*${name}`, server);
      }
    }
  }
  return { names, regexes };
}

/** The sockets that a connection can reach: to an address its best one, to a name all. */
export function socketsFor(sockets: readonly Socket[], host: string): Socket[] {
  const at = (address: string) => sockets.filter(({ listen }) => listen.address === address);
  const allIpv4 = [...at("*"), ...at("[::]").filter(({ listen }) => listen.bothFamilies)];
  const loopback = host === "localhost" ? ["127.0.0.1", "[::1]"] : [];
  const addresses = ipOf(host) === undefined ? loopback : [host];
  if (addresses.length === 0) return [...new Set([...allIpv4, ...at("[::]"), ...sockets])];
  const [fitting] = [
    ...addresses.flatMap(at),
    ...addresses.flatMap((one) => one.startsWith("[") ? at("[::]") : allIpv4),
    // A name in `listen` may stand for this address.
    ...sockets.filter(({ listen }) => listen.address !== "*" && ipOf(listen.address) === undefined),
  ];
  return fitting === undefined ? [] : [fitting];
}

export function clientFamilies(sockets: readonly Socket[]): Family[] {
  return (["ipv4", "ipv6"] as const).filter((family) =>
    sockets.some(({ listen: { address, bothFamilies } }) => {
      const ip = address === "*" ? "0.0.0.0" : ipOf(address);
      return bothFamilies || ip === undefined || ip.includes(":") === (family === "ipv6");
    })
  );
}
