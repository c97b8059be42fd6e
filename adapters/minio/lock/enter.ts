/**
 * Who may import into one bucket and prefix at a time.
 *
 * S3 has no locks, but writes on condition: an object is made only where there is none. Whoever has
 * made it writes it anew from time to time; one that was silent for {@linkcode LIFE} is taken over,
 * on condition that it is still the same. So a process that died blocks nobody for longer than that,
 * and one that died on this machine blocks nobody at all. Ages are told by the server's clock alone.
 * Without conditions on the server's side two that begin within a second may both go on; the next
 * sign of life finds it out.
 */
import type { Shard } from "../../../core/storage/mod.ts";
import { sleep } from "../../../core/util/retry.ts";
import { listObjects } from "../list.ts";
import { LOCK_KEY, shareKey, shareOf, type Store, whereAllowed } from "../store.ts";
import type { BucketLock } from "./hold.ts";
import { newRecord } from "./record.ts";
import { readLock } from "./requests.ts";
import {
  isOver,
  lockedByAnother,
  PAUSE,
  takeLock,
  tryToTake,
  watch,
  type Watched,
} from "./take.ts";

interface Entering {
  /** How long to wait for a holder that lives, in milliseconds. */
  readonly wait: number;
  /** The share of the files; undefined for all of them. */
  readonly shard: Shard | undefined;
  readonly signal: AbortSignal | undefined;
}

/** Locks of shares, by key, as they were seen last. */
type Seen = Map<string, Watched>;

/**
 * Waits until nobody is there who excludes this import: one whole import goes on, or different shares
 * of one division. Throws code `locked` as `takeLock`.
 *
 * Whoever comes takes the lock of whole imports first, so that one at a time looks who is there. A
 * whole import keeps it when no share's lock is held. A share writes a lock of its own when none is
 * held that excludes it, and gives the first one back; its own counts only if the first one was
 * still held then, so whoever had that next has seen it. Locks of holders that died are ended by
 * whoever finds them, on condition: one that only slept finds that out before it publishes.
 */
export async function enter(store: Store, entering: Entering): Promise<BucketLock> {
  const until = performance.now() + entering.wait;
  const shares: Seen = new Map();
  for (;;) {
    const left = Math.max(0, until - performance.now());
    const gate = await takeGate(store, left, entering.signal);
    const found = await pass(store, gate, entering, shares);
    if (found !== undefined && "release" in found) return found;
    if (found?.lives && performance.now() >= until) throw lockedByAnother(store, found);
    await sleep(PAUSE, entering.signal);
  }
}

/** Takes the lock of whole imports for a moment. */
export async function takeGate(
  store: Store,
  wait: number,
  signal: AbortSignal | undefined,
): Promise<BucketLock> {
  return await takeLock({ store, key: LOCK_KEY, signal }, { wait, passing: true });
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
    const own = await takeLock({ store, key: shareKey(shard), signal }, {
      wait: 0,
      passing: false,
    });
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
  const listed = await whereAllowed(
    store,
    signal,
    () => Array.fromAsync(listObjects(store, LOCK_KEY, signal)),
  );
  for (const { key } of listed ?? []) {
    const other = shareOf(key);
    const isBeside = other?.count === shard?.count && other?.index !== shard?.index;
    if (other === undefined || isBeside) continue;
    const lock = { store, key, signal };
    const watched = watch(shares.get(key), await readLock(lock));
    if (watched === undefined || watched.record.over) continue;
    shares.set(key, watched);
    const ended = isOver(watched) && await tryToTake(lock, newRecord(false), watched.etag);
    if (!ended) return watched;
    await ended.release();
  }
  return undefined;
}
