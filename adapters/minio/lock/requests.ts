/** The requests about a lock's object. */
import { hasCode } from "../../../core/util/errors.ts";
import { bareEtag, type Store, target } from "../bucket_context.ts";
import type { Call } from "../connection.ts";
import { s3CodeOf } from "../errors.ts";
import { QUICK } from "../exchange.ts";
import { sendForText } from "../requests.ts";
import { decodeRecord, encodeRecord, type LockRecord } from "./record.ts";

/** The object that a lock is. */
export interface LockObject {
  readonly store: Store;
  readonly key: string;
}

/** On what a write depends: that there is nothing, or just what was seen; or on nothing. */
export type Condition = { readonly absent: true } | { readonly etag: string } | "none";

/** What became of a write. */
export type Written =
  | { readonly kind: "written"; readonly etag: string }
  /** The condition does not hold. */
  | { readonly kind: "refused" }
  /** The server knows no conditions. */
  | { readonly kind: "unconditional" };

/** The lock as it was seen. */
export interface SeenLock {
  readonly record: LockRecord;
  readonly etag: string;
  /** Milliseconds since it was written, both by the server's clock; NaN where it does not say. */
  readonly age: number;
}

function about(store: Store, signal: AbortSignal | undefined): Call {
  return { doing: "lock", place: store.name, signal };
}

/** Writes a record if the condition holds. */
export async function writeLock(
  { store, key }: LockObject,
  record: LockRecord,
  condition: Condition,
  signal?: AbortSignal,
): Promise<Written> {
  let answered: Written | undefined;
  try {
    const etag = await store.connection.call(about(store, signal), async (attempt) => {
      if (condition !== "none" && attempt.quirks.has("no-conditions")) {
        answered = { kind: "unconditional" };
        return "";
      }
      const { headers } = await sendForText(attempt, {
        ...target(store, key),
        method: "PUT",
        headers: { "content-type": "application/json", ...conditionHeaders(condition) },
        body: encodeRecord(record),
      }).catch((error) => {
        const head = attempt.exchange.head();
        answered = refusal(s3CodeOf(error, head), head.status);
        throw error;
      });
      return bareEtag(headers.etag ?? "");
    });
    return answered ?? { kind: "written", etag };
  } catch (error) {
    if (answered !== undefined && condition !== "none") return answered;
    throw error;
  }
}

function conditionHeaders(condition: Condition): Record<string, string> {
  if (condition === "none") return {};
  return "etag" in condition ? { "if-match": `"${condition.etag}"` } : { "if-none-match": "*" };
}

/** 404 is what an `if-match` gets when the object is gone, 409 when two come at once (AWS). */
function refusal(s3Code: string | undefined, status: number | undefined): Written | undefined {
  return status === 412 || status === 409 || s3Code === "NoSuchKey"
    ? { kind: "refused" }
    : undefined;
}

/** Reads the lock; undefined when there is none. */
export async function readLock(
  { store, key }: LockObject,
  signal?: AbortSignal,
): Promise<SeenLock | undefined> {
  try {
    return await store.connection.call(about(store, signal), async (attempt) => {
      const { headers, text } = await sendForText(attempt, {
        ...target(store, key),
        method: "GET",
      });
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
    await sendForText(attempt, {
      ...target(store, key),
      method: "DELETE",
      ...(!attempt.quirks.has("no-conditions") && { headers: { "if-match": `"${etag}"` } }),
      status: 204,
    });
  });
}
