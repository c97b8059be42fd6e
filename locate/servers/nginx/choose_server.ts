/** Which server answers: first the socket, then the name. */
import { placeText } from "../../config_text.ts";
import { arrivalOf, NoAnswer, noteStep, noteWarning } from "../../result.ts";
import {
  clientFamilies,
  listenText,
  type Server,
  serverText,
  type Socket,
  socketsFor,
  socketsOn,
} from "./listen.ts";
import { type Request, testRegex } from "./request.ts";

/** The server that answers, and the one that decodes the request. */
export interface ChosenServer {
  readonly server: Server;
  /** The default server of the socket: its `merge_slashes` counts, the name is read later. */
  readonly first: Server;
}

/**
 * The server for a request's address. A host name's own address is not looked up: it is matched
 * with the names on every socket of that port. Throws {@linkcode NoAnswer}.
 */
export function chooseServer(request: Request): ChosenServer {
  const { address, trace, configuration } = request;
  const { host, port } = arrivalOf(address);
  const onPort = socketsOn(configuration.servers, port);
  const reached = socketsFor(onPort, host);
  const withName = reached.filter(({ servers }) => serverByName(servers, request) !== undefined);
  const candidates = withName.length > 0 ? withName : reached;
  const [socket] = candidates;
  if (socket === undefined) throw nobodyListens(request, onPort);
  requireScheme(socket, request);
  request.families = clientFamilies(reached);
  const others = candidates.slice(1).map((one) => answering(one, request).server);
  const { server, byName } = answering(socket, request);
  warnOfOthers(request, socket, others.find((one) => one !== server));
  warnOfProxyProtocol(request, socket);
  noteStep(trace, `nginx listens on ${listenText(socket.listen)}`, socket.listen.directive);
  const how = byName ? "" : " (the default one there)";
  noteStep(trace, `${serverText(server)}${how}`, server.directive);
  return { server, first: socket.fallback };
}

/** Asked last for the socket chosen, so that groups of its name are what `$1` means. */
function answering(
  socket: Socket,
  request: Request,
): { readonly server: Server; readonly byName: boolean } {
  request.captures = undefined;
  request.variables.clear();
  const named = serverByName(socket.servers, request);
  return { server: named ?? socket.fallback, byName: named !== undefined };
}

function requireScheme({ tls, listen }: Socket, { address: { scheme } }: Request): void {
  if (tls === (scheme === "https")) return;
  const where = `${listenText(listen)} (${placeText(listen.directive)})`;
  throw new NoAnswer(
    "no-server",
    tls ? `nginx speaks TLS alone on ${where}` : `nginx does not speak TLS on ${where}`,
    `Give the URL with ${tls ? "https" : "http"}://, or another port.`,
  );
}

function nobodyListens({ configuration, address }: Request, onPort: readonly Socket[]): NoAnswer {
  const listens = onPort.length > 0
    ? onPort.map(({ listen }) => listen)
    : configuration.servers.flatMap((server) => server.listens);
  const places = new Map(listens.map((one) => [listenText(one), placeText(one.directive)]));
  const shown = [...places].slice(0, 8).map(([text, place]) => `${text} (${place})`);
  if (places.size > shown.length) shown.push("…");
  const there = shown.length === 0 ? "it has no server" : `it listens on ${shown.join(", ")}`;
  const { host, port } = arrivalOf(address);
  const where = host === "" ? `port ${port}` : `${host}:${port}`;
  return new NoAnswer(
    "no-server",
    `${configuration.confPath} has no server on ${where}; ${there}`,
    "Give an address that this nginx listens on. If it runs in a container, name that with --container; if something else forwards to it, give --root DIR.",
  );
}

function warnOfOthers(
  { trace, address }: Request,
  { listen }: Socket,
  other: Server | undefined,
): void {
  if (other === undefined) return;
  const host = JSON.stringify(address.host);
  noteWarning(trace, {
    code: "several-servers",
    message: `${host} may reach another server, at ${
      placeText(other.directive)
    }: it depends on the address that the name has`,
    hint: `The answer is for ${
      listenText(listen)
    }. Give an address instead of the name to be sure.`,
  });
}

function warnOfProxyProtocol({ trace }: Request, { listen }: Socket): void {
  if (!listen.proxyProtocol) return;
  const where = `${listenText(listen)} (${placeText(listen.directive)})`;
  noteWarning(trace, {
    code: "proxy-protocol",
    message: `${where} takes connections from a proxy alone`,
    hint: "Give nodes the proxy's address.",
  });
}

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
function serverByName(servers: readonly Server[], request: Request): Server | undefined {
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
