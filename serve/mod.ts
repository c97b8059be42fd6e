/** The server: listens, and stops when it is asked to. */
import type { Server } from "node:http";
import { setInterval } from "node:timers";
import { errno } from "../core/util/errno.ts";
import { BinimportError, messageOf } from "../core/util/errors.ts";
import type { Handler } from "./handler.ts";
import { httpServer } from "./http_server.ts";
import type { TlsIdentity } from "./tls.ts";

export { accessLine } from "./access_log.ts";
export { type Site, siteHandler } from "./handler.ts";
export { readTlsIdentity } from "./tls.ts";

/** Connections that wait to be accepted. */
const BACKLOG = 1024;

/** In milliseconds. */
const ACCEPT_AGAIN = 1_000;

export interface RunningServer {
  readonly address: ListenAddress;
  /** Takes no more connections, and settles when the answers under way are finished. */
  stop(): Promise<void>;
}

/** Begins to serve. Throws code `listen` when the address cannot be had; `warn` hears of the rest. */
export async function startServer(
  handler: Handler,
  address: ListenAddress,
  tls: TlsIdentity | undefined,
  warn: (error: unknown) => void,
): Promise<RunningServer> {
  const server = httpServer(handler, tls, warn);
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once("error", reject);
  try {
    server.listen(address.port, address.hostname, BACKLOG, resolve);
    await promise;
  } catch (cause) {
    const [state, hint] = reasonOf(address, cause);
    const message = `Cannot listen on ${shownAddress(address)}: ${state}`;
    throw new BinimportError("listen", message, { hint, cause });
  }
  server.off("error", reject).on("error", warn);
  keepAccepting(server);
  const at = server.address();
  const port = typeof at === "object" && at !== null ? at.port : address.port;
  return {
    address: { hostname: address.hostname, port },
    stop: () => new Promise((stopped) => void server.close(() => stopped())),
  };
}

/**
 * Deno 2.9.5 forgets a listener whose accept(2) failed for want of a file descriptor, and nobody is
 * let in again (`poll_tcp_handle` in libs/core/uv_compat/tcp.rs keeps no waker then). To listen once
 * more on the same handle changes nothing but to have it looked at.
 */
function keepAccepting(server: Server): void {
  const { _handle: handle } = server as Server & {
    readonly _handle?: { listen(backlog: number): number } | null;
  };
  if (!handle) return;
  const look = () => server.listening && handle.listen(BACKLOG);
  const timer = setInterval(look, ACCEPT_AGAIN).unref();
  server.once("close", () => clearInterval(timer));
}

function reasonOf({ hostname, port }: ListenAddress, cause: unknown): [string, hint: string] {
  switch (errno(cause)) {
    case "EADDRINUSE":
      return [
        "another program listens there",
        `Give another --listen ADDR:PORT. Which one it is: ss -ltnp 'sport = :${port}'`,
      ];
    case "EACCES":
      return [
        "this user may not use a port below 1024",
        "Give a higher port, or the right to: setcap cap_net_bind_service=+ep BINARY, or AmbientCapabilities= of systemd.",
      ];
    case "EADDRNOTAVAIL":
    case "EINVAL": // from Deno 2.9.5
      return [
        "this host has no such address",
        `Those that it has: ip addr. For all of them: --listen :${port}`,
      ];
  }
  const hint = `Give an IP address of this host instead of ${JSON.stringify(hostname)}.`;
  return [messageOf(cause), hint];
}

export interface ListenAddress {
  /** A name or IP address, without brackets. */
  readonly hostname: string;
  /** 0 for one that is free. */
  readonly port: number;
}

/** On every address of this host: nodes are to reach it. */
export const ANY_ADDRESS = "0.0.0.0";

/** Reads `ADDR:PORT`, `[IPV6]:PORT`, `:PORT` or `PORT`. Throws code `usage` for anything else. */
export function parseListenAddress(text: string): ListenAddress {
  const [, bracketed, plain, digits] = /^(?:(?:\[([\da-fA-F:.]+)\]|([^\s:[\]/]*)):)?(\d{1,5})$/
    .exec(text) ?? [];
  const port = Number(digits ?? NaN);
  if (port <= 65535) return { hostname: bracketed ?? (plain || ANY_ADDRESS), port };
  const message = `Cannot listen on ${JSON.stringify(text)}: it is no ADDR:PORT`;
  const hint =
    "For example 10.0.1.1:8080, [fd00::1]:8080, or :8080 for all addresses of this host.";
  throw new BinimportError("usage", message, { hint });
}

/** As it stands in a URL. */
export function shownAddress({ hostname, port }: ListenAddress): string {
  return `${hostname.includes(":") ? `[${hostname}]` : hostname}:${port}`;
}
