/** What is asked of a server and what it answers; whether two answers are of the same file (RFC 9110). */
import type { BodyDigest } from "../util/digest.ts";

/** What a server answered. */
export interface FetchAnswer {
  /** The HTTP status of the last answer, behind redirects. */
  readonly status: number;
  /** A header's value by its lower-case name. */
  header(name: string): string | undefined;
  /** The body; it must be read to its end, or `close` be called. */
  readonly body: AsyncIterable<Uint8Array>;
  /** Gives the connection up. */
  close(): void;
}

/** How a URL is fetched. */
export interface FetchOptions {
  /** What is wanted: all of it, or what is said of it. */
  readonly method: "GET" | "HEAD";
  /** Further headers, by their lower-case names. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Gives it up. */
  readonly signal?: AbortSignal;
}

/** Fetches a URL as a node would: without credentials, asking for no transformation. */
export interface Fetch {
  /** Rejects with code `unavailable` when there is no answer. */
  (url: URL, options: FetchOptions): Promise<FetchAnswer>;
  /** A faster way to what a GET gives; undefined for an unusual answer, or more than `most` bytes. */
  digest?(url: URL, signal?: AbortSignal, most?: number): Promise<BodyDigest | undefined>;
}

/** What tells a file from one that took its place. */
export interface FileVersion {
  /** A strong validator, as it stands in `If-Range`. */
  readonly validator: string;
  /** The header that it came in. */
  readonly header: "etag" | "last-modified";
}

/** What an answer tells of its file; undefined when nothing in it is sure to change with the bytes. */
export function versionOf({ header }: FetchAnswer): FileVersion | undefined {
  const etag = header("etag");
  // A weak one stays the same for bytes that only mean the same.
  if (etag !== undefined) {
    return etag.startsWith("W/") ? undefined : { validator: etag, header: "etag" };
  }
  const changed = header("last-modified");
  if (changed === undefined) return undefined;
  // It counts in seconds: within its own second, the file may have been written twice.
  const age = Date.parse(header("date") ?? "") - Date.parse(changed);
  return age >= 1000 ? { validator: changed, header: "last-modified" } : undefined;
}

/** Where an answer begins and how long the file is, by `Content-Range: bytes 100-199/200`. */
export function rangeOf({ header }: FetchAnswer): { start: number; total?: number } | undefined {
  const [, start, total] = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(header("content-range") ?? "") ?? [];
  if (start === undefined) return undefined;
  return { start: Number(start), ...(total === "*" ? {} : { total: Number(total) }) };
}
