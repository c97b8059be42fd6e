/** What a URL asks of a server. */
import { BinimportError } from "../core/errors.ts";

/** A request for a URL, as a server receives it. */
export interface WebAddress {
  /** The URL as it was given. */
  readonly url: string;
  /** How it is spoken to. */
  readonly scheme: "http" | "https";
  /** The name or address in lower case, IPv6 in brackets, without port and final dot. */
  readonly host: string;
  /** As given, else that of the scheme. */
  readonly port: number;
  /** The path as it is sent: still percent-encoded, `/` at the least. */
  readonly path: string;
  /** What stands behind the `?`, or nothing. */
  readonly query: string;
  /** Where it comes in, if something forwards it there. Default: at this host and port. */
  readonly arrival?: Arrival;
}

/** Where a forwarded request comes in, such as one to a container's published port. */
export interface Arrival {
  /** The server's own address; undefined when it is not known. */
  readonly host?: string;
  readonly port: number;
}

/** Where a request comes in; of an address that is not known the host is empty. */
export function arrivalOf({ arrival, host, port }: WebAddress): Required<Arrival> {
  return arrival === undefined ? { host, port } : { host: "", ...arrival };
}

const HINT = "Give the address that nodes use, such as http://10.6.170.10:8080/.";

/**
 * Takes a URL apart. The path is left as it is: `..`, `//` and `%2f` are the server's to resolve,
 * which `new URL()` would do in another way. Throws code `usage`.
 */
export function parseWebAddress(url: string): WebAddress {
  const [, scheme, authority = "", path = "", query = ""] =
    /^(https?):\/\/([^/?#\\]*)([^?#]*)(?:\?([^#]*))?(?:#.*)?$/is.exec(url.trim()) ?? [];
  const base = scheme === undefined ? null : URL.parse(`${scheme}://${authority}/`);
  // Not shown: it would be printed with whatever reports it.
  if (authority.includes("@")) throw refuse("it holds credentials");
  if (base === null) throw refuse(`${JSON.stringify(url)} is no http or https address`);
  return {
    url,
    scheme: base.protocol === "https:" ? "https" : "http",
    host: base.hostname.replace(/\.$/, ""),
    port: base.port === "" ? (base.protocol === "https:" ? 443 : 80) : Number(base.port),
    path: path === "" ? "/" : encodeRest(path),
    query: encodeRest(query),
  };
}

/** An address without brackets, if the host is one: `192.0.2.1` or `2001:db8::1`. */
export function ipOf(host: string): string | undefined {
  if (host.startsWith("[")) return host.slice(1, -1);
  return /^\d+\.\d+\.\d+\.\d+$/.test(host) ? host : undefined;
}

/** What cannot stand in a request line is sent percent-encoded. */
function encodeRest(text: string): string {
  return text.replace(/[^\x21-\x7e]+/g, (piece) => encodeURIComponent(piece.toWellFormed()));
}

function refuse(state: string): BinimportError {
  return new BinimportError("usage", `Cannot use the URL: ${state}`, { hint: HINT });
}
