/** Who may import into one bucket and prefix at a time (docs/design/locks.md). */
import { HELD_HINT, holderShown, type PrepareOptions } from "../../../core/storage/mod.ts";
import type { BinimportError } from "../../../core/util/errors.ts";
import { delayed, sleep } from "../../../core/util/retry.ts";
import { failure } from "../errors.ts";
import { listObjects } from "../list.ts";
import { type BucketObject, type Store, whereAllowed } from "../store.ts";
import { type BucketLock, holdLock, LIFE } from "./hold.ts";
import {
  heedsConditions,
  lifeOf,
  lockKey,
  type LockRecord,
  newRecord,
  readLock,
  type SeenLock,
  shareOf,
  writeLock,
} from "./record.ts";

/** How often one who waits looks, in milliseconds. */
const PAUSE = 500;

/** How often one who waits looks whose turn takes a moment; up to twice as long. */
const SHORT_PAUSE = 50;

/** Where writes know no conditions, two may write at once: who is there after so long has it. */
const SETTLING = 1_000;

/** Time for a write that nobody wants any more to be answered: else the lock would stay behind. */
const GRACE = 1_000;

/**
 * Waits until nobody is there who excludes this import, or throws code `locked` after `--lock-wait`:
 * one whole import goes on, or different shares of one division.
 *
 * Whoever comes takes the lock of whole imports first, so that one at a time looks who is there. A
 * share's own lock counts only if that was still held when it was written: whoever had it next has
 * seen it. Locks of holders that died are ended, on condition, by whoever finds them.
 */
export async function enter(store: Store, options: PrepareOptions): Promise<BucketLock> {
  const { shard, signal } = options;
  const until = performance.now() + store.lockWait;
  const shares = new Map<string, Watched>();
  for (;;) {
    const left = Math.max(0, until - performance.now());
    const gate = await takeLock({ store, key: lockKey(), signal }, left, { passing: true });
    let own: BucketLock | undefined;
    let other: Watched | undefined;
    try {
      other = await findOther(store, options, shares);
      if (other === undefined && shard === undefined) {
        await gate.keep();
        return gate;
      }
      if (other === undefined) {
        own = await takeLock({ store, key: lockKey(shard), signal }, 0, { passing: false });
      }
    } catch (error) {
      await gate.release();
      throw error;
    }
    const wasHeld = await gate.release();
    if (own !== undefined && wasHeld) return own;
    await own?.release();
    if (other?.lives && performance.now() >= until) throw lockedByAnother(store, other);
    await sleep(PAUSE, signal);
  }
}

/** A share's lock that excludes this import, watched in `seen`. Ends those whose holders are gone. */
async function findOther(store: Store, options: PrepareOptions, seen: Map<string, Watched>) {
  const { shard, signal } = options;
  // Who may not list sees no share; whole imports and the same share are kept apart even so.
  for (const key of await whereAllowed({ store, signal }, () => listShares(store, signal)) ?? []) {
    const other = shareOf(key);
    const isBeside = other?.count === shard?.count && other?.index !== shard?.index;
    if (other === undefined || isBeside) continue;
    const lock = { store, key, signal };
    const watched = watch(seen.get(key), await readLock(lock));
    if (watched === undefined || watched.record.over) continue;
    seen.set(key, watched);
    const ended = isOver(watched) && await tryToTake(lock, newRecord(false), watched.etag);
    if (typeof ended !== "object") return watched;
    await ended.release();
  }
  return undefined;
}

/** Names that begin as locks do; of more than that, most are something else. */
const MOST_NAMES = 10_000;

async function listShares(store: Store, signal: AbortSignal | undefined): Promise<string[]> {
  const found: string[] = [];
  for await (const { key } of listObjects(store, lockKey(), signal)) {
    if (found.push(key) >= MOST_NAMES) break;
  }
  return found;
}

interface Watched extends SeenLock {
  /** When it was first seen like that, by `performance.now()`. */
  readonly since: number;
  readonly lives: boolean;
}

/** Takes a lock, or throws `locked` after `wait` ms; watches a holder of whom nothing else is known. */
export async function takeLock(
  lock: BucketObject,
  wait: number,
  { passing }: { readonly passing: boolean },
): Promise<BucketLock> {
  const { store, signal } = lock;
  const until = performance.now() + wait;
  const record = newRecord(passing);
  // To look first: where writes know no conditions, one would take it from whoever has it.
  let watched = watch(undefined, await whereAllowed(lock, () => readLock(lock)));
  let lost = 0;
  for (;;) {
    if (watched === undefined || isOver(watched)) {
      const taken = await tryToTake(lock, record, watched?.etag);
      if (typeof taken === "object") return taken;
      if (taken === "lost") lost++;
    } else if (watched.record.passing) {
      await sleep(SHORT_PAUSE * (1 + Math.random()), signal);
    } else {
      if (watched.lives && performance.now() >= until) throw lockedByAnother(store, watched);
      await sleep(PAUSE, signal);
    }
    const seen = await readLock(lock);
    // The answer to a write that succeeded may be lost.
    const own = seen?.record.id === record.id ? await settle(lock, record, seen.etag) : undefined;
    if (own !== undefined) return own;
    // Somebody else may have ended it, but not each time.
    if (seen === undefined && lost >= MAX_LOST) throw neverThere(store);
    watched = watch(watched, seen);
  }
}

/** Takes it, if it is still the one with that ETag, or still missing. */
async function tryToTake(lock: BucketObject, record: LockRecord, etag: string | undefined) {
  lock.signal?.throwIfAborted();
  using later = delayed(lock.signal, GRACE);
  const written = await writeLock({ ...lock, signal: later.signal }, record, etag);
  return written === undefined ? "refused" : await settle(lock, record, written) ?? "lost";
}

/** A lock that was written so often, and was not there then, is stored by nobody. */
const MAX_LOST = 5;

function neverThere({ name: place }: Store): BinimportError {
  return failure({ doing: "lock", place }, {
    code: "target",
    state: "the server says that it stored an object, which is not there then",
    hint: "Look at the server: a proxy or a gateway in front of it may drop what is written.",
  });
}

/** Makes sure that what was written has it: of the last one to write, where conditions are not known. */
async function settle(lock: BucketObject, record: LockRecord, etag: string) {
  if (heedsConditions(lock)) {
    const again = await writeLock(lock, record); // it is there, so this must be refused
    if (again === undefined) return holdLock(lock, { record, etag });
    if (heedsConditions(lock)) lock.store.connection.note("ignores-conditions");
  }
  await sleep(SETTLING, lock.signal);
  const seen = await readLock(lock);
  return seen?.record.id === record.id ? holdLock(lock, seen) : undefined;
}

function watch(before: Watched | undefined, seen: SeenLock | undefined): Watched | undefined {
  if (seen === undefined) return undefined;
  const isSame = before?.etag === seen.etag;
  const beats = before !== undefined && !isSame;
  return {
    ...seen,
    since: isSame ? before.since : performance.now(),
    lives: beats || (isSame && before.lives) || lifeOf(seen.record) === "alive",
  };
}

function isOver({ record, age, since }: Watched): boolean {
  return record.over === true || age > LIFE || performance.now() - since > LIFE ||
    lifeOf(record) === "gone";
}

function lockedByAnother({ name: place }: Store, { record }: Watched): BinimportError {
  return failure({ doing: "lock", place }, {
    code: "locked",
    state: `another import holds it${holderShown(record.holder)}`,
    hint: HELD_HINT,
  });
}
