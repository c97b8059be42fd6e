/** The requests about a lock's object. */
import { hasCode } from "../../../core/util/errors.ts";
import type { Call } from "../connection.ts";
import { Refused } from "../refusal.ts";
import { QUICK } from "../exchange.ts";
import { sendForText } from "../requests.ts";
import { bareEtag, type Store, target } from "../store.ts";
import { decodeRecord, encodeRecord, type LockRecord } from "./record.ts";

export interface LockObject {
  readonly store: Store;
  readonly key: string;
}

/** On what a write depends: that there is nothing, or just what was seen; or on nothing. */
export type Condition = "absent" | { readonly etag: string } | "none";

/** What became of a write: its ETag, or that its condition does not hold, or is not known there. */
export type Written = { readonly etag: string } | "refused" | "no conditions";

export interface SeenLock {
  readonly record: LockRecord;
  readonly etag: string;
  /** Milliseconds since it was written, both by the server's clock; NaN where it does not say. */
  readonly age: number;
}

export async function writeLock(
  { store, key }: LockObject,
  record: LockRecord,
  condition: Condition,
  signal?: AbortSignal,
): Promise<Written> {
  const call: Call = { doing: "lock", place: store.name, signal };
  let isRefused = false;
  try {
    return await store.connection.call<Written>(call, async (attempt) => {
      if (condition !== "none" && attempt.quirks.has("no-conditions")) return "no conditions";
      const { headers } = await sendForText(attempt, {
        ...target(store, key),
        method: "PUT",
        headers: { "content-type": "application/json", ...conditionHeaders(condition) },
        body: encodeRecord(record),
      }).catch((error) => {
        isRefused = condition !== "none" && isUnmet(error);
        throw error;
      });
      return { etag: bareEtag(headers.etag ?? "") };
    });
  } catch (error) {
    if (isRefused) return "refused";
    throw error;
  }
}

/** 404 is what an `if-match` gets when the object is gone, 409 when two come at once (AWS). */
function isUnmet(error: unknown): boolean {
  return error instanceof Refused &&
    ([412, 409].includes(error.refusal.status) || error.refusal.code === "NoSuchKey");
}

function conditionHeaders(condition: Condition): Record<string, string> {
  if (condition === "none") return {};
  return condition === "absent" ? { "if-none-match": "*" } : { "if-match": `"${condition.etag}"` };
}

/** Reads the lock; undefined when there is none. */
export async function readLock(
  { store, key }: LockObject,
  signal?: AbortSignal,
): Promise<SeenLock | undefined> {
  const call: Call = { doing: "lock", place: store.name, signal };
  try {
    return await store.connection.call(call, async (attempt) => {
      const request = { ...target(store, key), method: "GET" } as const;
      const { headers, text } = await sendForText(attempt, request);
      const age = Date.parse(headers.date ?? "") - Date.parse(headers["last-modified"] ?? "");
      return { record: decodeRecord(text), etag: bareEtag(headers.etag ?? ""), age };
    });
  } catch (error) {
    if (hasCode(error, "not-found")) return undefined;
    throw error;
  }
}

/** Removes the lock, if it is still the one with that ETag where the server heeds that. */
export async function removeLock({ store, key }: LockObject, etag: string): Promise<void> {
  const call: Call = { doing: "unlock", place: store.name, patience: QUICK };
  await store.connection.call(call, async (attempt) => {
    const headers = attempt.quirks.has("no-conditions") ? {} : conditionHeaders({ etag });
    await sendForText(attempt, { ...target(store, key), method: "DELETE", headers });
  });
}
