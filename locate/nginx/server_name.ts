/** Which of several servers a host name means, as nginx's hashes of names decide it. */
import { type Request, testRegex } from "./request.ts";
import type { Server } from "./server.ts";

interface Names {
  readonly exact: Map<string, Server>;
  /** By what stands behind `*`; `bare` for `.example.com`, which means `example.com` too. */
  readonly suffixes: Map<string, { readonly server: Server; readonly bare: boolean }>;
  /** By what stands before `.*`. */
  readonly prefixes: Map<string, Server>;
}

/**
 * The server with the exact name; else with the longest `*.suffix`; else with the longest
 * `prefix.*`; else with the first regular expression that matches. Of equal names the first counts.
 *
 * @param servers those of one socket, in the order of the configuration
 */
export function serverByName(servers: readonly Server[], request: Request): Server | undefined {
  const { host } = request.address;
  const { exact, suffixes, prefixes } = tables(servers);
  return exact.get(host) ?? bySuffix(suffixes, host) ?? byPrefix(prefixes, host) ??
    byRegex(servers, request);
}

/** Asked again for each of several URLs. */
const cache = new WeakMap<readonly Server[], Names>();

function tables(servers: readonly Server[]): Names {
  const known = cache.get(servers) ?? build(servers);
  cache.set(servers, known);
  return known;
}

function build(servers: readonly Server[]): Names {
  const names: Names = { exact: new Map(), suffixes: new Map(), prefixes: new Map() };
  const claimed = new Set<string>();
  for (const server of servers) {
    for (const name of server.names) {
      if (!name.startsWith("~")) register(names, claimed, name, server);
    }
  }
  return names;
}

/** `.example.com` and `example.com` exclude each other, and so do `.example.com` and `*.…`. */
function register(names: Names, claimed: Set<string>, name: string, server: Server): void {
  const { exact, suffixes, prefixes } = names;
  if (name.endsWith(".*")) {
    const prefix = name.slice(0, -2);
    if (!prefixes.has(prefix)) prefixes.set(prefix, server);
    return;
  }
  const star = name.startsWith("*.");
  const bare = !star && name.startsWith(".") && name.length > 1;
  const rest = name.slice(star ? 2 : bare ? 1 : 0);
  if (!star) {
    if (claimed.has(rest)) return;
    claimed.add(rest);
    if (!bare) exact.set(rest, server);
  }
  if ((star || bare) && !suffixes.has(rest)) suffixes.set(rest, { server, bare });
}

function bySuffix(suffixes: Names["suffixes"], host: string): Server | undefined {
  const whole = suffixes.get(host);
  if (whole?.bare) return whole.server;
  for (let dot = host.indexOf("."); dot >= 0; dot = host.indexOf(".", dot + 1)) {
    const found = suffixes.get(host.slice(dot + 1));
    if (found !== undefined) return found.server;
  }
  return undefined;
}

function byPrefix(prefixes: Names["prefixes"], host: string): Server | undefined {
  for (let dot = host.lastIndexOf("."); dot > 0; dot = host.lastIndexOf(".", dot - 1)) {
    const found = prefixes.get(host.slice(0, dot));
    if (found !== undefined) return found;
  }
  return undefined;
}

function byRegex(servers: readonly Server[], request: Request): Server | undefined {
  return servers.find(({ directive, names }) =>
    names.some((name) => {
      if (!name.startsWith("~")) return false;
      const source = name.slice(1);
      const caseless = /[A-Z]/.test(source); // so nginx decides it
      return testRegex(request, { source, caseless, place: directive }, request.address.host);
    })
  );
}
