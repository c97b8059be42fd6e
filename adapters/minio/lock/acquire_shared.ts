/**
 * Who may import into one bucket and prefix at a time: one whole import, or different shares of one
 * division.
 *
 * Whoever comes takes the lock of whole imports first, so that one at a time looks who is there. A
 * whole import keeps it when no share's lock is held. A share writes a lock of its own when none is
 * held that excludes it, and gives the first one back; its own counts only if the first one was
 * still held then, so whoever had that next has seen it. Locks of holders that died are ended by
 * whoever finds them, on condition: one that only slept finds that out before it publishes.
 */
import type { Shard } from "../../../core/storage/mod.ts";
import { sleep } from "../../../core/util/retry.ts";
import { listLocks } from "../list.ts";
import { LOCK_KEY, shareKey, shareOf, type Store, whereAllowed } from "../store.ts";
import {
  conditionToTake,
  lockedByAnother,
  PAUSE,
  takeLock,
  tryToTake,
  watch,
  type Watched,
} from "./acquire.ts";
import type { BucketLock } from "./hold.ts";
import { newRecord } from "./record.ts";
import { readLock } from "./requests.ts";

export interface Entering {
  /** The share of the files; undefined for all of them. */
  readonly shard: Shard | undefined;
  /** How long to wait for those who exclude it, in milliseconds. */
  readonly wait: number;
  readonly signal: AbortSignal | undefined;
}

/** Locks of shares, by key, as they were seen last. */
type Seen = Map<string, Watched>;

/** Waits until nobody is there who excludes this import; throws code `locked` as `takeLock`. */
export async function enter(store: Store, entering: Entering): Promise<BucketLock> {
  const { wait, signal } = entering;
  const until = performance.now() + wait;
  const shares: Seen = new Map();
  for (;;) {
    const left = Math.max(0, until - performance.now());
    const gate = await takeGate(store, left, signal);
    const found = await pass(store, gate, entering, shares);
    if (found !== undefined && "release" in found) return found;
    if (found?.lives && performance.now() >= until) throw lockedByAnother(store, found);
    await sleep(PAUSE, signal);
  }
}

/** Takes the lock of whole imports for a moment. */
export function takeGate(
  store: Store,
  wait: number,
  signal: AbortSignal | undefined,
): Promise<BucketLock> {
  return takeLock({ store, key: LOCK_KEY }, { wait, passing: true, signal });
}

/** Gives the lock to import under, or who is in the way; undefined when it was too slow. */
async function pass(
  store: Store,
  gate: BucketLock,
  { shard, signal }: Entering,
  shares: Seen,
): Promise<BucketLock | Watched | undefined> {
  try {
    const other = await findOther(store, shard, shares, signal);
    if (other !== undefined) {
      await gate.release();
      return other;
    }
    if (shard === undefined) {
      await gate.keep();
      return gate;
    }
    const lock = { store, key: shareKey(shard) };
    const own = await takeLock(lock, { wait: 0, passing: false, signal });
    if (await gate.release()) return own;
    await own.release();
    return undefined;
  } catch (error) {
    await gate.release();
    throw error;
  }
}

/** A share's lock that excludes this import. Ends those whose holders are gone. */
async function findOther(
  store: Store,
  shard: Shard | undefined,
  shares: Seen,
  signal: AbortSignal | undefined,
): Promise<Watched | undefined> {
  // Who may not list sees no share; whole imports and the same share are kept apart even so.
  const locks = await whereAllowed(store, signal, () => listLocks(store, LOCK_KEY, signal)) ?? [];
  for (const key of locks) {
    const other = shareOf(key);
    if (other === undefined || fitBeside(other, shard)) continue;
    const lock = { store, key };
    const seen = await readLock(lock, signal);
    if (seen === undefined || seen.record.over) continue;
    const watched = watch(shares.get(key), seen);
    shares.set(key, watched);
    const condition = conditionToTake(watched);
    const ended = condition && await tryToTake(lock, newRecord(false), condition, signal);
    if (ended === undefined) return watched;
    await ended.release();
  }
  return undefined;
}

/** Whether two shares have no file in common. */
function fitBeside(one: Shard, other: Shard | undefined): boolean {
  return one.count === other?.count && one.index !== other.index;
}
