/** The server: listens, and stops when it is asked to. */
import { BinimportError, messageOf } from "../core/util/errors.ts";
import type { Handler } from "./handler.ts";
import type { TlsIdentity } from "./tls.ts";

export { accessLine } from "./access_log.ts";
export { type Site, siteHandler } from "./handler.ts";
export { type CheckedIdentity, readTlsIdentity } from "./tls.ts";

export interface RunningServer {
  readonly address: ListenAddress;
  /** Takes no more connections, and settles when the answers under way are finished. */
  stop(): Promise<void>;
}

/** Begins to serve. Throws code `listen` when the address cannot be had. */
export function startServer(
  handler: Handler,
  address: ListenAddress,
  tls: TlsIdentity | undefined,
): RunningServer {
  try {
    const server = Deno.serve(
      {
        ...address,
        ...(tls === undefined ? {} : { cert: tls.cert, key: tls.key }),
        onListen: () => {}, // told by whoever started it
      },
      (request, { remoteAddr }) => handler(request, remoteAddr.hostname),
    );
    return {
      address: { hostname: server.addr.hostname, port: server.addr.port },
      stop: () => server.shutdown(),
    };
  } catch (cause) {
    throw listenError(address, cause);
  }
}

function listenError(address: ListenAddress, cause: unknown): BinimportError {
  const { state, hint } = reasonOf(address, cause);
  return new BinimportError("listen", `Cannot listen on ${shownAddress(address)}: ${state}`, {
    hint,
    cause,
  });
}

function reasonOf(
  { hostname, port }: ListenAddress,
  cause: unknown,
): { readonly state: string; readonly hint: string } {
  if (cause instanceof Deno.errors.AddrInUse) {
    return {
      state: "another program listens there",
      hint: `Give another --listen ADDR:PORT. Which one it is: ss -ltnp 'sport = :${port}'`,
    };
  }
  if (cause instanceof Deno.errors.PermissionDenied) {
    return {
      state: "this user may not use a port below 1024",
      hint:
        "Give a higher port, or the right to: setcap cap_net_bind_service=+ep BINARY, or AmbientCapabilities= of systemd.",
    };
  }
  if (cause instanceof Deno.errors.AddrNotAvailable) {
    return {
      state: "this host has no such address",
      hint: `Those that it has: ip addr. For all of them: --listen :${port}`,
    };
  }
  return {
    state: messageOf(cause),
    hint: `Give an IP address of this host instead of ${JSON.stringify(hostname)}.`,
  };
}

/** An address to listen on. */
export interface ListenAddress {
  /** A name or IP address, without brackets. */
  readonly hostname: string;
  /** 0 for one that is free. */
  readonly port: number;
}

/** On every address of this host: nodes are to reach it. */
export const ANY_ADDRESS = "0.0.0.0";

/**
 * Reads `ADDR:PORT`, `[IPV6]:PORT`, `:PORT` or `PORT`. Throws code `usage` for anything else.
 *
 * @example
 * ```ts
 * import { deepEqual } from "node:assert/strict";
 * import { parseListenAddress } from "./listen_address.ts";
 *
 * deepEqual(parseListenAddress("[::1]:8080"), { hostname: "::1", port: 8080 });
 * deepEqual(parseListenAddress("80"), { hostname: "0.0.0.0", port: 80 });
 * ```
 */
export function parseListenAddress(text: string): ListenAddress {
  const [, bracketed, plain, digits] = /^(?:(?:\[([\da-fA-F:.]+)\]|([^\s:[\]/]*)):)?(\d{1,5})$/
    .exec(text) ?? [];
  const port = Number(digits ?? NaN);
  if (port <= 65535) return { hostname: bracketed ?? (plain || ANY_ADDRESS), port };
  throw new BinimportError(
    "usage",
    `Cannot listen on ${JSON.stringify(text)}: it is no ADDR:PORT`,
    {
      hint: "For example 10.0.1.1:8080, [fd00::1]:8080, or :8080 for all addresses of this host.",
    },
  );
}

/** As it stands in a URL. */
export function shownAddress({ hostname, port }: ListenAddress): string {
  return `${hostname.includes(":") ? `[${hostname}]` : hostname}:${port}`;
}
