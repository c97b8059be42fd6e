/** What a lock's object holds, and the requests about it. It is served, and holds nothing secret. */
import { ownHolder, type Shard, STATE_FOLDER } from "../../../core/storage/mod.ts";
import { sha256Of } from "../../../core/util/digest.ts";
import { at, countAt, parseJson, textAt } from "../../../core/util/json.ts";
import { tried } from "../../../core/util/tried.ts";
import type { Dialect } from "../connection.ts";
import { type Patience, QUICK } from "../exchange.ts";
import { contentMd5, isAbsent } from "../objects.ts";
import { ask, type BucketObject, knownEtag } from "../store.ts";

/** Where the lock lies that a whole import keeps, and a share for moments; or that a share keeps. */
export function lockKey(shard?: Shard): string {
  return `${STATE_FOLDER}/lock${shard === undefined ? "" : `-${shard.index}-of-${shard.count}`}`;
}

/** Whose lock lies under a key; undefined when it is no share's. */
export function shareOf(key: string): Shard | undefined {
  const [, lock, index, count] = /^(.*)-(\d+)-of-(\d+)$/.exec(key) ?? [];
  return lock === lockKey() ? { index: Number(index), count: Number(count) } : undefined;
}

export function isLockKey(key: string): boolean {
  return key === lockKey() || shareOf(key) !== undefined;
}

export interface LockRecord {
  readonly id: string;
  readonly holder: string;
  /** For whoever is on the same machine: what tells a process from every other one. */
  readonly process?: {
    readonly pid: number;
    /** When it began, in ticks of the kernel: numbers are used again (proc(5), starttime). */
    readonly started: string;
    /** This run of the kernel, and the name space of the number; hashed. */
    readonly place: string;
  } | undefined;
  /** Counts the signs of life, so that each of them has an ETag of its own. */
  readonly beat: number;
  /** It is held for a moment only: whoever wants it waits, however little patience was asked for. */
  readonly passing?: boolean;
  /** It was given back by a user who may not remove objects. */
  readonly over?: boolean;
}

/** The first record of a new holding by this process. */
export function newRecord(passing: boolean): LockRecord {
  const [place, started] = [ownPlace(), startOf(Deno.pid)];
  return {
    id: crypto.randomUUID(),
    holder: ownHolder(),
    // Where /proc may not be read, there is none.
    process: place && started ? { pid: Deno.pid, started, place } : undefined,
    beat: 0,
    ...(passing && { passing }),
  };
}

/** In characters; a record has some 300. */
const MAX_LENGTH = 10_000;

/** Reads a record; of something else that lies there, one that says nothing. */
export function decodeRecord(text: string): LockRecord {
  const value = text.length > MAX_LENGTH ? undefined : parseJson(text);
  const pid = countAt(value, "process", "pid");
  const started = textAt(value, "process", "started");
  const place = textAt(value, "process", "place");
  return {
    id: textAt(value, "id"),
    holder: textAt(value, "holder"),
    process: pid === undefined ? undefined : { pid, started, place },
    beat: countAt(value, "beat") ?? 0,
    passing: at(value, "passing") === true,
    over: at(value, "over") === true,
  };
}

/** Whether a holder's process lives; `unknown` of one on another machine or in another container. */
export function lifeOf({ process }: LockRecord): "alive" | "gone" | "unknown" {
  if (process === undefined || process.place !== ownPlace()) return "unknown";
  return startOf(process.pid) === process.started ? "alive" : "gone";
}

function ownPlace(): string | undefined {
  return tried(() => {
    const boot = Deno.readTextFileSync("/proc/sys/kernel/random/boot_id");
    const names = Deno.readLinkSync("/proc/self/ns/pid");
    return sha256Of(new TextEncoder().encode(boot + names)).slice(0, 16);
  });
}

/** The 22nd field; the second is a name in brackets that may hold anything. */
function startOf(pid: number): string | undefined {
  const stat = tried(() => Deno.readTextFileSync(`/proc/${pid}/stat`));
  return stat?.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
}

export interface SeenLock {
  readonly record: LockRecord;
  readonly etag: string;
  /** Milliseconds since it was written, both by the server's clock; NaN where it does not say. */
  readonly age: number;
}

/** Reads the lock; undefined when there is none. */
export async function readLock(
  lock: BucketObject,
  patience: Partial<Patience> = {},
): Promise<SeenLock | undefined> {
  const request = { method: "GET", expects: isAbsent } as const;
  const { code, headers, text } = await ask(lock, "lock", request, { patience });
  if (code !== undefined) return undefined;
  const age = Date.parse(headers.date ?? "") - Date.parse(headers["last-modified"] ?? "");
  return { record: decodeRecord(text), etag: knownEtag(headers.etag).etag ?? "", age };
}

/** Writes the lock, if it is still the one with that ETag, or still missing; else gives no ETag. */
export async function writeLock(
  lock: BucketObject,
  record: LockRecord,
  etag?: string,
): Promise<string | undefined> {
  const body = `${JSON.stringify(record)}\n`;
  const { code, headers } = await ask(lock, "lock", ({ quirks }) => ({
    method: "PUT",
    headers: {
      "content-type": "application/json",
      ...contentMd5(body),
      ...condition(quirks, etag),
    },
    body,
    // 404 is what an `if-match` gets when the object is gone, 409 when two come at once (AWS).
    expects: ({ status, code }) => status === 412 || status === 409 || code === "NoSuchKey",
  }));
  return code === undefined ? knownEtag(headers.etag).etag ?? "" : undefined;
}

/** Removes the lock, if it is still the one with that ETag where the server heeds that. */
export async function removeLock(lock: BucketObject, etag: string): Promise<void> {
  await ask(lock, "unlock", ({ quirks }) => ({
    method: "DELETE",
    headers: condition(quirks, etag),
  }), { patience: QUICK });
}

function condition(quirks: Dialect["quirks"], etag: string | undefined): Record<string, string> {
  if (quirks.has("no-conditions")) return {};
  return etag === undefined ? { "if-none-match": "*" } : { "if-match": `"${etag}"` };
}

/** Whether writes are made on condition, as far as is known. */
export function heedsConditions({ store: { connection: { spoken } } }: BucketObject): boolean {
  return !spoken.quirks.has("no-conditions") && !spoken.quirks.has("ignores-conditions");
}
