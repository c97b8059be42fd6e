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

/**
 * Where an answer redirects to; `undefined` where it does not. Throws code `unavailable` for what is
 * no address: that is the server's mistake.
 */
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
    { hint: "Look at it with: curl -sI. Mend the server, or give the address it should lead to." },
  );
}

/** Whether a value of `no_proxy` names a host, as curl and Python read it, and ranges as newer ones do. */
export function isExempt(host: string, noProxy: string): boolean {
  return noProxy.split(",").some((one) => matches(one.trim(), host));
}

/** `*`, a host, a domain with or without its dot, or a range such as `10.0.0.0/8`. */
function matches(pattern: string, host: string): boolean {
  if (pattern === "*" || pattern === host) return true;
  const [base = "", bits] = pattern.split("/");
  if (bits !== undefined) return inRange(host, base, Number(bits));
  const domain = pattern.replace(/^\*?\./, "");
  return ipv4(host) === undefined && domain !== "" && host.endsWith(`.${domain}`);
}

function inRange(host: string, base: string, bits: number): boolean {
  const [address, network] = [ipv4(host), ipv4(base)];
  if (address === undefined || network === undefined || !(bits >= 0 && bits <= 32)) return false;
  const block = 2 ** (32 - bits);
  return Math.floor(address / block) === Math.floor(network / block);
}

function ipv4(text: string): number | undefined {
  const parts = text.split(".").map(Number);
  const isIpv4 = parts.length === 4 && parts.every((one) => one >= 0 && one <= 255);
  return isIpv4 ? parts.reduce((sum, part) => sum * 256 + part, 0) : undefined;
}
