/**
 * Connections, and what they may cost: how many, how long a head may take, how long nothing may be
 * taken. `Deno.serve` ends for good when there are too many open files, and knows no such limits.
 */
import { readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { Socket } from "node:net";
import type { Handler } from "./handler.ts";
import type { TlsIdentity } from "./tls.ts";

/** In milliseconds: the head of a request has come by then. */
const HEAD_LIMIT = 10_000;

/** In milliseconds: a client that takes nothing for so long has left. nginx waits for 60 s. */
const IDLE_LIMIT = 60_000;

/** Without a limit of open files. */
const MAX_CONNECTIONS = 10_000;

/** Open files that the server itself needs. */
const OWN_FILES = 64;

const BUSY =
  "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 5\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";

/** Makes a server that is not listening yet. `warn` is told when connections are refused. */
export function httpServer(
  handler: Handler,
  tls: TlsIdentity | undefined,
  warn: (error: unknown) => void,
): Server {
  const options = { headersTimeout: HEAD_LIMIT, requestTimeout: HEAD_LIMIT };
  const answer = (request: IncomingMessage, response: ServerResponse) =>
    void respond(handler, request, response, tls === undefined ? "http" : "https");
  const server = tls === undefined
    ? createServer(options, answer)
    : createTlsServer({ ...options, cert: tls.cert, key: tls.key }, answer);
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
    const [, files] = /^Max open files\s+(\d+)/m.exec(readFileSync("/proc/self/limits", "utf8")) ??
      [];
    if (files === undefined) return MAX_CONNECTIONS;
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
): Promise<void> {
  const path = url.replace(/^https?:\/\/[^/?#]*/i, ""); // a proxy asks by the whole address
  const asked = { method, scheme, host: headers.host ?? "", path, headers: headersOf(headers) };
  const { status, headers: described, body } = await handler(asked, socket.remoteAddress ?? "-");
  if (body === null && status !== 304 && !described.has("content-length")) {
    described.set("content-length", "0");
  }
  response.writeHead(status, Object.fromEntries(described));
  if (body !== null) await send(body, response);
  response.end();
}

function headersOf(headers: IncomingMessage["headers"]): Headers {
  const found = new Headers();
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined) found.set(name, [value].flat().join(", "));
  }
  return found;
}

/** As fast as the client takes it; what is left of a body is given up with its connection. */
async function send(
  body: ReadableStream<Uint8Array<ArrayBuffer>>,
  response: ServerResponse,
): Promise<void> {
  const reader = body.getReader();
  response.once("close", () => void reader.cancel().catch(() => {}));
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done || response.destroyed) return;
      if (!response.write(value)) await taken(response);
    }
  } catch {
    response.destroy(); // the log says why; the client sees that something is missing
  }
}

function taken(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const go = () => {
      response.off("drain", go);
      response.off("close", go);
      resolve();
    };
    response.once("drain", go);
    response.once("close", go);
  });
}
