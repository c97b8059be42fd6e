/** Where a server listens. */
import { BinimportError } from "../core/errors.ts";

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
