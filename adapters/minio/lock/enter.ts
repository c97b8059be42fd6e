/** Who may import into one bucket and prefix at a time (docs/design/locks.md). */
import type { Shard } from "../../../core/storage/mod.ts";
import { sleep } from "../../../core/util/retry.ts";
import { listObjects } from "../list.ts";
import { type Store, whereAllowed } from "../store.ts";
import type { BucketLock } from "./hold.ts";
import { lockKey, newRecord, readLock, shareOf } from "./record.ts";
import {
  isOver,
  lockedByAnother,
  PAUSE,
  takeLock,
  tryToTake,
  watch,
  type Watched,
} from "./take.ts";

/**
 * Waits until nobody is there who excludes this import, up to `wait` ms for a holder that lives: one
 * whole import goes on, or different shares of one division. Throws code `locked`.
 *
 * Whoever comes takes the lock of whole imports first, so that one at a time looks who is there. A
 * whole import keeps it when no share's lock is held. A share writes a lock of its own when none is
 * held that excludes it, and gives the first one back; its own counts only if the first one was
 * still held then, so whoever had that next has seen it. Locks of holders that died are ended by
 * whoever finds them, on condition: one that only slept finds that out before it publishes.
 */
export async function enter(store: Store, { wait, shard, signal }: {
  readonly wait: number;
  readonly shard: Shard | undefined;
  readonly signal: AbortSignal | undefined;
}): Promise<BucketLock> {
  const until = performance.now() + wait;
  const shares = new Map<string, Watched>();
  for (;;) {
    const gate = await takeGate(store, Math.max(0, until - performance.now()), signal);
    let own: BucketLock | undefined;
    let other: Watched | undefined;
    try {
      other = await findOther(store, shard, shares, signal);
      if (other === undefined && shard === undefined) {
        await gate.keep();
        return gate;
      }
      if (other === undefined) {
        const lock = { store, key: lockKey(shard), signal };
        own = await takeLock(lock, { wait: 0, passing: false });
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

/** Takes the lock of whole imports for a moment. */
export async function takeGate(
  store: Store,
  wait: number,
  signal: AbortSignal | undefined,
): Promise<BucketLock> {
  return await takeLock({ store, key: lockKey(), signal }, { wait, passing: true });
}

/** A share's lock that excludes this import, watched in `seen`. Ends those whose holders are gone. */
async function findOther(
  store: Store,
  shard: Shard | undefined,
  seen: Map<string, Watched>,
  signal: AbortSignal | undefined,
): Promise<Watched | undefined> {
  // Who may not list sees no share; whole imports and the same share are kept apart even so.
  const listed = await whereAllowed(
    store,
    signal,
    () => Array.fromAsync(listObjects(store, lockKey(), signal)),
  );
  for (const { key } of listed ?? []) {
    const other = shareOf(key);
    const isBeside = other?.count === shard?.count && other?.index !== shard?.index;
    if (other === undefined || isBeside) continue;
    const lock = { store, key, signal };
    const watched = watch(seen.get(key), await readLock(lock));
    if (watched === undefined || watched.record.over) continue;
    seen.set(key, watched);
    const ended = isOver(watched) && await tryToTake(lock, newRecord(false), watched.etag);
    if (!ended) return watched;
    await ended.release();
  }
  return undefined;
}
