/** Sockets, and the servers that share them. */
import { ipOf } from "../web_address.ts";
import type { Family } from "./access_rules.ts";
import type { Listen } from "./listen.ts";
import type { Server } from "./server.ts";

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
