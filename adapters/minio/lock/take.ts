/** Takes a lock that one process at a time holds, by writes on condition. */
import { HELD_HINT, holderShown } from "../../../core/storage/mod.ts";
import type { BinimportError } from "../../../core/util/errors.ts";
import { delayed, sleep } from "../../../core/util/retry.ts";
import { failure } from "../errors.ts";
import { type BucketObject, type Store, whereAllowed } from "../store.ts";
import { type BucketLock, holdLock, LIFE } from "./hold.ts";
import {
  heedsConditions,
  lifeOf,
  type LockRecord,
  newRecord,
  readLock,
  type SeenLock,
  writeLock,
} from "./record.ts";

/** How often one who waits looks, in milliseconds. */
export const PAUSE = 500;

/** How often one who waits looks whose turn takes a moment; up to twice as long. */
const SHORT_PAUSE = 50;

/** Where writes know no conditions, two may write at once: who is there after so long has it. */
const SETTLING = 1_000;

/** Time for a write that nobody wants any more to be answered: else the lock would stay behind. */
const GRACE = 1_000;

/** A lock that somebody has, as more than one look shows it. */
export interface Watched extends SeenLock {
  /** When it was first seen like that, by `performance.now()`. */
  readonly since: number;
  readonly lives: boolean;
}

/**
 * Takes the lock, perhaps for a moment only (`passing`); waits up to `wait` ms for a holder that
 * lives, then throws code `locked`, naming it. One of whom that cannot be told is watched until it
 * is known.
 */
export async function takeLock(
  lock: BucketObject,
  { wait, passing }: { readonly wait: number; readonly passing: boolean },
): Promise<BucketLock> {
  const { store, signal } = lock;
  const until = performance.now() + wait;
  const record = newRecord(passing);
  // To look first: where writes know no conditions, one would take it from whoever has it.
  let watched = watch(undefined, await whereAllowed(store, signal, () => readLock(lock)));
  for (;;) {
    if (watched === undefined || isOver(watched)) {
      const taken = await tryToTake(lock, record, watched?.etag);
      if (taken !== undefined) return taken;
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
    watched = watch(watched, seen);
  }
}

/** Takes it, if it is still the one with that ETag, or still missing. */
export async function tryToTake(
  lock: BucketObject,
  record: LockRecord,
  etag: string | undefined,
): Promise<BucketLock | undefined> {
  lock.signal?.throwIfAborted();
  using later = delayed(lock.signal, GRACE);
  const written = await writeLock({ ...lock, signal: later.signal }, record, etag);
  return written === undefined ? undefined : await settle(lock, record, written);
}

/** Makes sure that what was written has it: of the last one to write, where conditions are not known. */
async function settle(
  lock: BucketObject,
  record: LockRecord,
  etag: string,
): Promise<BucketLock | undefined> {
  if (heedsConditions(lock)) {
    const again = await writeLock(lock, record); // it is there, so this must be refused
    if (again === undefined) return holdLock(lock, { record, etag });
    if (heedsConditions(lock)) lock.store.connection.note("ignores-conditions");
  }
  await sleep(SETTLING, lock.signal);
  const seen = await readLock(lock);
  return seen?.record.id === record.id ? holdLock(lock, seen) : undefined;
}

/** What is known of a lock with one more look. */
export function watch(
  before: Watched | undefined,
  seen: SeenLock | undefined,
): Watched | undefined {
  if (seen === undefined) return undefined;
  const isSame = before?.etag === seen.etag;
  const beats = before !== undefined && !isSame;
  return {
    ...seen,
    since: isSame ? before.since : performance.now(),
    lives: beats || (isSame && before.lives) || lifeOf(seen.record) === "alive",
  };
}

/** Whether nobody can hold it any more. */
export function isOver({ record, age, since }: Watched): boolean {
  return record.over === true || age > LIFE || performance.now() - since > LIFE ||
    lifeOf(record) === "gone";
}

export function lockedByAnother({ name: place }: Store, { record }: Watched): BinimportError {
  return failure({ doing: "lock", place }, {
    code: "locked",
    state: `another import holds it${holderShown(record.holder)}`,
    hint: HELD_HINT,
  });
}
