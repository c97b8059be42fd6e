/** Whether two answers of a server are of one and the same file (RFC 9110, sections 8.8 and 13). */
import type { FetchAnswer } from "./verify.ts";

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
