/**
 * Connections, and what they may cost: how many, how long a head may take, how long nothing may be
 * taken. `Deno.serve` ends for good when there are too many open files, and knows no such limits.
 */
import { readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { Socket } from "node:net";
import { type Send, sender } from "./answer.ts";
import type { Handler } from "./handler.ts";
import type { TlsIdentity } from "./tls.ts";

/** In milliseconds: the head of a request has come by then, and a TLS handshake is done. */
const HEAD_LIMIT = 15_000;

/** In milliseconds: how often that is looked at. Node's 30 s would let a head take four times as long. */
const HEAD_LOOK = 5_000;

/** In milliseconds: a client that takes nothing for so long has left. nginx waits for 60 s. */
const IDLE_LIMIT = 60_000;

/** Without a limit of open files. */
const MAX_CONNECTIONS = 10_000;

/** Open files that the server itself needs. */
const OWN_FILES = 64;

/** Requests that a connection may be ahead of its answers; apt is up to ten. */
const MOST_AHEAD = 32;

const BUSY =
  "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 5\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";

/** Makes a server that is not listening yet. `warn` is told when connections are refused. */
export function httpServer(
  handler: Handler,
  tls: TlsIdentity | undefined,
  warn: (error: unknown) => void,
): Server {
  const options = {
    headersTimeout: HEAD_LIMIT,
    requestTimeout: HEAD_LIMIT,
    connectionsCheckingInterval: HEAD_LOOK,
  };
  const scheme = tls === undefined ? "http" : "https";
  const send = sender();
  const queues = new WeakMap<Socket, { length: number; last: Promise<void> }>();
  /** In turn on each connection: every answer under way has a file open. */
  function answer(request: IncomingMessage, response: ServerResponse): void {
    const { socket } = request;
    const queue = queues.getOrInsert(socket, { length: 0, last: Promise.resolve() });
    if (++queue.length > MOST_AHEAD) return void socket.destroy();
    queue.last = queue.last
      .then(() => respond(handler, request, response, scheme, send))
      .finally(() => queue.length--);
  }
  const server = tls === undefined
    ? createServer(options, answer)
    : createTlsServer({ ...options, ...tls, handshakeTimeout: HEAD_LIMIT }, answer);
  server.setTimeout(IDLE_LIMIT, (socket: Socket) => socket.destroy());
  const most = connectionLimit();
  let open = 0;
  let warned = false;
  server.on("connection", (socket: Socket) => {
    open++;
    socket.once("close", () => open--);
    socket.on("error", () => {}); // a client is no reason to end
    if (open <= most) return;
    if (!warned) warn(new Error(`more than ${most} connections at a time are answered with 503`));
    warned = true;
    if (tls === undefined) socket.write(BUSY);
    socket.destroySoon();
  });
  return server;
}

/** Each connection may have a file open. */
function connectionLimit(): number {
  try {
    const limits = readFileSync("/proc/self/limits", "utf8");
    const [, files = Infinity] = /^Max open files\s+(\d+)/m.exec(limits) ?? [];
    return Math.max(8, Math.min(MAX_CONNECTIONS, Math.floor((Number(files) - OWN_FILES) / 2)));
  } catch {
    return MAX_CONNECTIONS;
  }
}

async function respond(
  handler: Handler,
  { method = "", url = "", headers, socket }: IncomingMessage,
  response: ServerResponse,
  scheme: "http" | "https",
  send: Send,
): Promise<void> {
  const path = url.replace(/^https?:\/\/[^/?#]*/i, ""); // a proxy asks by the whole address
  const given = new Headers();
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) given.set(name, [value].flat().join(", "));
  }
  const asked = { method, scheme, host: headers.host ?? "", path, headers: given };
  await handler(asked, socket.remoteAddress ?? "-", (answer) => send(answer, response));
}
