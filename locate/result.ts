/** What is found for a URL, and how. */
import { parseAddress, shownAddress } from "../core/util/address.ts";
import { BinimportError } from "../core/util/errors.ts";
import type { Place } from "./config_text.ts";

/** One step of the way from a URL to a path, with the place that says so, if one does. */
export interface Step extends Partial<Place> {
  readonly text: string;
}

/** Something that the user should know, and that does not change the answer. */
export interface Warning {
  readonly code: string;
  readonly message: string;
  readonly hint?: string;
}

export interface ServerPlace extends Place {
  readonly names: readonly string[];
}

export interface LocationPlace extends Place {
  /** Its modifier and name, such as `~* \.(gz|tgz)$`. */
  readonly match: string;
}

/** Steps and warnings as they are collected, in their order. */
export interface Trace {
  readonly steps: Step[];
  readonly warnings: Warning[];
}

export function newTrace(): Trace {
  return { steps: [], warnings: [] };
}

export function noteStep({ steps }: Trace, text: string, place?: Place): void {
  steps.push(place === undefined ? { text } : { text, file: place.file, line: place.line });
}

export function noteWarning({ warnings }: Trace, warning: Warning): void {
  if (!warnings.some(({ message }) => message === warning.message)) warnings.push(warning);
}

/** What stands in the way of a file. */
export type Obstacle =
  | "no-server" // none listens there, or takes such a request
  | "bad-request"
  | "return"
  | "rewrite"
  | "redirect" // one that nginx makes by itself
  | "handler" // something else answers, such as proxy_pass
  | "denied"
  | "internal"
  | "unclear" // what the configuration does not tell decides
  | "no-file" // none is looked for under the URL's own name
  | "invalid"; // the server would not start with it

/** No path follows. The message is the reason, to stand behind `Cannot find …: `. */
export class NoAnswer extends Error {
  override readonly name = "NoAnswer";
  /** The location that was to answer, if it came so far. */
  location?: LocationPlace;

  constructor(
    readonly obstacle: Obstacle,
    reason: string,
    readonly hint: string,
    readonly status?: number, // of the server, where that is known
  ) {
    super(reason);
  }
}

/** The user's error for a reason; anything else is given back as it is. */
export function userError(address: WebAddress | undefined, cause: unknown): unknown {
  if (!(cause instanceof NoAnswer)) return cause;
  const what = address === undefined || isBase(address) ? "the folder" : "the file";
  const of = address === undefined ? "" : ` of ${JSON.stringify(address.url)}`;
  const { message, hint } = cause;
  return new BinimportError("nginx-conf", `Cannot find ${what}${of}: ${message}`, { hint, cause });
}

/** A request for a URL, as a server receives it. */
export interface WebAddress {
  readonly url: string;
  readonly scheme: "http" | "https";
  /** The name or address in lower case, IPv6 in brackets, without port and final dot. */
  readonly host: string;
  readonly port: number;
  /** As it is sent: still percent-encoded, `/` at the least. */
  readonly path: string;
  readonly query: string;
  /** Where it comes in, if something forwards it there. Default: at this host and port. */
  readonly arrival?: Arrival;
}

/** The server's own address, where it is known, and port; such as behind a container's port. */
export interface Arrival {
  readonly host?: string;
  readonly port: number;
}

/** Where a request comes in; of an address that is not known the host is empty. */
export function arrivalOf({ arrival, host, port }: WebAddress): Required<Arrival> {
  return arrival === undefined ? { host, port } : { host: "", ...arrival };
}

/** Takes a URL apart; `..`, `//` and `%2f` in it are left for the server. Throws code `usage`. */
export function parseWebAddress(url: string): WebAddress {
  const [, start = "", authority = "", path = "", query = ""] =
    /^(https?:\/\/)([^/?#\\]*)([^?#]*)(?:\?([^#]*))?(?:#.*)?$/is.exec(url.trim()) ?? [];
  const base = parseAddress(`${start}${authority}/`);
  if (base === undefined || authority.includes("@")) {
    // One with credentials is not shown: it would be printed with whatever reports it.
    const state = authority.includes("@")
      ? "it holds credentials"
      : `${JSON.stringify(shownAddress(url))} is no http or https address`;
    const hint = "Give the address that nodes use, such as http://10.6.170.10:8080/.";
    throw new BinimportError("usage", `Cannot use the URL: ${state}`, { hint });
  }
  const scheme = base.protocol === "https:" ? "https" : "http";
  return {
    url,
    scheme,
    host: base.hostname.replace(/\.$/, ""),
    port: Number(base.port) || (scheme === "https" ? 443 : 80),
    path: encodeRest(path) || "/",
    query: encodeRest(query),
  };
}

/** The same for a base URL, with or without a slash at its end. */
export function parseBaseAddress(url: string): WebAddress {
  const { path, ...address } = parseWebAddress(url);
  return { ...address, path: path.replace(/\/?$/, "/") };
}

/**
 * Decodes a path to bytes, resolves `.` and `..` and, where `merge_slashes` is on, merges slashes,
 * those that were `%2f` too. Without merging, an empty component is one for `..` to take away.
 * Undefined where servers answer 400: a bad `%`, a NUL, `..` above the root.
 */
export function decodeUri(path: string, mergeSlashes: boolean): string | undefined {
  if (/%(?![0-9a-f]{2})|%00/i.test(path)) return undefined;
  const kept: string[] = [];
  const parts = path.replace(/%(..)/g, (_, pair) => String.fromCharCode(parseInt(pair, 16)))
    .split("/").slice(1);
  for (const [i, part] of parts.entries()) {
    if (part === "..") {
      if (kept.pop() === undefined) return undefined;
    } else if (part !== "." && (part !== "" || !mergeSlashes)) {
      kept.push(part);
      continue;
    }
    if (i === parts.length - 1 && (part !== "" || mergeSlashes)) kept.push("");
  }
  return `/${kept.join("/")}`;
}

/** Whether what lies under the URL is meant. */
export function isBase({ path }: WebAddress): boolean {
  return decodeUri(path, true)?.endsWith("/") ?? false;
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
