/** Which server answers: first the socket, then the name. */
import { noteStep, noteWarning } from "../answer.ts";
import { NoAnswer } from "../no_answer.ts";
import { arrivalOf } from "../web_address.ts";
import { listenText } from "./listen.ts";
import type { Request } from "./request.ts";
import { type Server, serverText } from "./server.ts";
import { serverByName } from "./server_name.ts";
import { clientFamilies, type Socket, socketsFor, socketsOn } from "./socket.ts";
import { placeText } from "../source.ts";

/** The server that answers, and the one that decodes the request. */
export interface ChosenServer {
  /** The one that answers. */
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
