/** Which server answers, first by its socket, then by its name; and which of its locations. */
import { toText } from "../../bytes.ts";
import { placeText } from "../../config_text.ts";
import { arrivalOf, type LocationPlace, NoAnswer, noteStep, noteWarning } from "../../result.ts";
import { requireScheme } from "../server.ts";
import {
  type Directive,
  type Location,
  locationOf,
  locationText,
  named,
  type Scope,
} from "./directive.ts";
import {
  clientFamilies,
  type Listen,
  listenText,
  type Server,
  type Socket,
  socketsFor,
} from "./listen.ts";
import { type Request, testRegex } from "./request.ts";

/** The server for a request, and its socket's default one, `first`: its `merge_slashes` counts. */
export function chooseServer(request: Request): { server: Server; first: Server } {
  const { address, trace, configuration } = request;
  const { host, port } = arrivalOf(address);
  const onPort = configuration.socketsOn(port);
  const reached = socketsFor(onPort, host);
  const withName = reached.filter((one) => answering(one, request) !== undefined);
  const [socket, ...others] = withName.length > 0 ? withName : reached;
  if (socket === undefined) throw nobodyListens(request, onPort);
  const { listen, tls, fallback } = socket;
  requireScheme("nginx", tls, address, `on ${listenPlace(listen)}`);
  request.families = clientFamilies(reached);
  const elsewhere = others.map((one) => answering(one, request) ?? one.fallback);
  const byName = answering(socket, request); // last, so that its groups are what `$1` means
  const server = byName ?? fallback;
  const other = elsewhere.find((one) => one !== server);
  if (other !== undefined) {
    const shown = `${JSON.stringify(address.host)} may reach another server`;
    const place = placeText(other.directive);
    const message = `${shown}, at ${place}: it depends on the address that the name has`;
    const sure = "Give an address instead of the name to be sure.";
    const hint = `The answer is for ${listenText(listen)}. ${sure}`;
    noteWarning(trace, { code: "several-servers", message, hint });
  }
  if (listen.proxyProtocol) {
    const message = `${listenPlace(listen)} takes connections from a proxy alone`;
    const hint = "Give nodes the proxy's address.";
    noteWarning(trace, { code: "proxy-protocol", message, hint });
  }
  noteStep(trace, `nginx listens on ${listenText(listen)}`, listen.directive);
  const shownNames = ["server", ...server.names.map(toText)].join(" ");
  const how = byName === undefined ? " (the default one there)" : "";
  noteStep(trace, `${shownNames}${how}`, server.directive);
  return { server, first: fallback };
}

/** The server of a socket that has the request's name, as `ngx_http_find_virtual_server`. */
function answering({ names, regexes }: Socket, request: Request): Server | undefined {
  request.captures = undefined;
  request.variables.clear();
  request.mapped.clear();
  const { host } = request.address;
  const dots = [...host.matchAll(/\./g)].map(({ index }) => index);
  const known = [
    host,
    ...dots.map((dot) => `*${host.slice(dot)}`),
    ...dots.reverse().map((dot) => `${host.slice(0, dot)}.*`),
  ].find((name) => names.has(name));
  if (known !== undefined) return names.get(known);
  return regexes.find(({ source, server: { directive: place } }) => {
    return testRegex(request, source, host, place, /[A-Z]/.test(source)); // so nginx decides it
  })?.server;
}

function listenPlace(listen: Listen): string {
  return `${listenText(listen)} (${placeText(listen.directive)})`;
}

function nobodyListens({ configuration, address }: Request, onPort: readonly Socket[]): NoAnswer {
  const { confPath, servers } = configuration;
  const all = servers.flatMap((server) => server.listens);
  const listens = onPort.length > 0 ? onPort.map(({ listen }) => listen) : all;
  const places = new Map(listens.map((one) => [listenText(one), listenPlace(one)]));
  const shown = [...places.values()];
  if (shown.length > 8) shown.splice(8, Infinity, "…");
  const there = shown.length === 0 ? "it has no server" : `it listens on ${shown.join(", ")}`;
  const { host, port } = arrivalOf(address);
  const where = host === "" ? `port ${port}` : `${host}:${port}`;
  const state = `${confPath} has no server on ${where}; ${there}`;
  const hint =
    "Give an address that this nginx listens on. If it runs in a container, name that with --container; if something else forwards to it, give --root DIR.";
  return new NoAnswer("no-server", state, hint);
}

export type FoundLocation = ReturnType<typeof foundIn>;

/** `isFinal`: outer levels have nothing more to say; `redirect`: nginx redirects `/x` to its `/x/`. */
function foundIn(outer: Scope, location: Location, isFinal = false, redirect = false) {
  return { location, scope: { block: location.directive, outer }, redirect, isFinal };
}

export function namedLocation(server: Scope, name: string): FoundLocation | undefined {
  const location = locationsIn(server.block)
    .find((one) => one.modifier === "@" && `@${one.name}` === name);
  return location && foundIn(server, location);
}

export function locationPlace(location: Location): LocationPlace {
  const { file, line } = location.directive;
  return { file, line, match: locationText(location) };
}

/**
 * The location for the request's URI, innermost; undefined when none matches. On each level the
 * exact or longest prefix and what is nested in it; unless that was `^~` or final, the level's
 * expressions in their order, with what is nested in them.
 */
export function findLocation(level: Scope, request: Request): FoundLocation | undefined {
  const locations = locationsIn(level.block);
  const prefix = longestPrefix(level, locations, request.uri);
  if (prefix?.isFinal) return prefix;
  const inPrefix = prefix && (findLocation(prefix.scope, request) ?? prefix);
  if (inPrefix?.isFinal || prefix?.location.modifier === "^~") return inPrefix;
  const location = locations.find(({ modifier, name, directive }) =>
    modifier.startsWith("~") &&
    testRegex(request, name, request.uri, directive, modifier === "~*")
  );
  if (location === undefined) return inPrefix;
  const found = foundIn(level, location);
  return { ...findLocation(found.scope, request) ?? found, isFinal: true };
}

function longestPrefix(level: Scope, locations: readonly Location[], uri: string) {
  const exact = locations.find(({ modifier, name }) => modifier === "=" && name === uri);
  if (exact !== undefined) return foundIn(level, exact, true);
  const prefixes = locations.filter(({ modifier }) => ["", "^~", "="].includes(modifier));
  // What passes requests on redirects `/x` to its own `/x/`.
  const slashed = prefixes.find(({ name, directive: { block = [] } }) =>
    name === `${uri}/` && block.some((inner) => inner.name.endsWith("_pass"))
  );
  const [longest] = prefixes.filter(({ modifier, name }) =>
    modifier !== "=" && uri.startsWith(name)
  )
    .sort((a, b) => b.name.length - a.name.length);
  if (slashed !== undefined && longest?.name !== uri) {
    return foundIn(level, slashed, true, true);
  }
  return longest && foundIn(level, longest);
}

function locationsIn(block: Directive): Location[] {
  return named(block, "location").flatMap((one) => locationOf(one) ?? []);
}
