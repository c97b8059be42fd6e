/**
 * Addresses of others, read in one place: what is wrong with one is told without its user, password
 * and query, which are secrets as often as not.
 */
import { BinimportError } from "./errors.ts";

/** An `http:` or `https:` address, relative to `base` if given; `undefined` when it is none. */
export function parseAddress(text: string, base?: URL): URL | undefined {
  const url = /[\p{Cc}]/u.test(text) ? null : URL.parse(text, base);
  return url !== null && /^https?:$/.test(url.protocol) ? url : undefined;
}

/** As {@linkcode parseAddress}; throws code `usage` for what is none. `doing`: `read package`. */
export function requireAddress(text: string, doing: string): URL {
  const url = parseAddress(text);
  if (url !== undefined) return url;
  throw new BinimportError(
    "usage",
    `Cannot ${doing} ${JSON.stringify(shownAddress(text))}: it is no http or https address`,
    { hint: "Write it like http://10.6.170.10:8080/path; a user or password in it %-encoded." },
  );
}

/** An address without user, password, query and fragment, also where it is no valid one. */
export function shownAddress(address: URL | string): string {
  const url = typeof address === "string" ? URL.parse(address) : address;
  if (url !== null && /^https?:$/.test(url.protocol)) return `${url.origin}${url.pathname}`;
  // A password may hold `/`, `?` and `#` here: all up to the last `@` may be one.
  return String(address).replace(/^([a-z][a-z0-9+.-]*:\/\/)?.*@/is, "$1").replace(/[?#].*/s, "");
}

/** Where an answer redirects to, if it does; code `unavailable` for what is no address. */
export function redirectOf(
  { status, header }: { readonly status: number; header(name: string): string | undefined },
  from: URL,
): URL | undefined {
  const location = header("location");
  if (status < 300 || status > 399 || location === undefined) return undefined;
  const to = parseAddress(location, from);
  if (to !== undefined) return to;
  throw new BinimportError(
    "unavailable",
    `Cannot fetch ${shownAddress(from)}: the server redirects to what is no http or https address`,
    { hint: "Look at it with: curl -sI. Fix the server, or give the address it should lead to." },
  );
}
