/** The requests about a lock's object. */
import { QUICK } from "../exchange.ts";
import { isAbsent } from "../objects.ts";
import { ask, type BucketObject, knownEtag } from "../store.ts";
import { decodeRecord, type LockRecord } from "./record.ts";

/** On what a write depends, as headers: that nothing is there, or just what was seen; or nothing. */
export type Condition = Readonly<Record<string, string>>;

export const ABSENT: Condition = { "if-none-match": "*" };
export const ALWAYS: Condition = {};

export function unchanged(etag: string): Condition {
  return { "if-match": `"${etag}"` };
}

/** What became of a write: its ETag, or that its condition does not hold, or is not known there. */
export type Written = { readonly etag: string } | "refused" | "no-conditions";

export interface SeenLock {
  readonly record: LockRecord;
  readonly etag: string;
  /** Milliseconds since it was written, both by the server's clock; NaN where it does not say. */
  readonly age: number;
}

export async function writeLock(
  lock: BucketObject,
  record: LockRecord,
  condition: Condition,
): Promise<Written> {
  const isConditional = condition !== ALWAYS;
  const { code, headers } = await ask(lock, "lock", {
    method: "PUT",
    headers: { "content-type": "application/json", ...condition },
    body: `${JSON.stringify(record)}\n`,
    unless: isConditional ? "no-conditions" : undefined,
    // 404 is what an `if-match` gets when the object is gone, 409 when two come at once (AWS).
    expects: ({ status, code }) =>
      isConditional && (status === 412 || status === 409 || code === "NoSuchKey"),
  });
  if (code === "no-conditions") return code;
  return code === undefined ? { etag: knownEtag(headers.etag).etag ?? "" } : "refused";
}

/** Reads the lock; undefined when there is none. */
export async function readLock(lock: BucketObject): Promise<SeenLock | undefined> {
  const { code, headers, text } = await ask(lock, "lock", { method: "GET", expects: isAbsent });
  if (code !== undefined) return undefined;
  const age = Date.parse(headers.date ?? "") - Date.parse(headers["last-modified"] ?? "");
  return { record: decodeRecord(text), etag: knownEtag(headers.etag).etag ?? "", age };
}

/** Removes the lock, if it is still the one with that ETag where the server heeds that. */
export async function removeLock(lock: BucketObject, etag: string): Promise<void> {
  await ask(lock, "unlock", ({ quirks }) => ({
    method: "DELETE",
    headers: quirks.has("no-conditions") ? ALWAYS : unchanged(etag),
  }), QUICK);
}
