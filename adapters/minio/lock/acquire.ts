/**
 * Who may import into one bucket and prefix at a time, and a lock that one process at a time holds.
 *
 * S3 has no locks, but writes on condition: an object is made only where there is none. Whoever has
 * made it writes it anew from time to time; one that was silent for {@linkcode LIFE} is taken over,
 * on condition that it is still the same. So a process that died blocks nobody for longer than that,
 * and one that died on this machine blocks nobody at all. Ages are told by the server's clock alone.
 * Without conditions on the server's side two that begin within a second may both go on; the next
 * sign of life finds it out.
 */
import { HELD_HINT, holderShown, type Shard } from "../../../core/storage/mod.ts";
import { BinimportError } from "../../../core/util/errors.ts";
import { delayed, sleep } from "../../../core/util/retry.ts";
import { listLocks } from "../list.ts";
import { LOCK_KEY, shareKey, shareOf, type Store, whereAllowed } from "../store.ts";
import { type BucketLock, holdLock, LIFE } from "./hold.ts";
import { lifeOf, type LockRecord, newRecord } from "./record.ts";
import { type Condition, type LockObject, readLock, type SeenLock, writeLock } from "./requests.ts";

/** How often one who waits looks, in milliseconds. */
const PAUSE = 500;

/** How often one who waits looks whose turn takes a moment; up to twice as long. */
const SHORT_PAUSE = 50;

/** Where writes know no conditions, two may write at once: who is there after so long has it. */
const SETTLING = 1_000;

/** Time for a write that nobody wants any more to be answered: else the lock would stay behind. */
const GRACE = 1_000;

interface Wanting {
  /** How long to wait for a holder that lives, in milliseconds. */
  readonly wait: number;
  /** Whether it is wanted for a moment only. */
  readonly passing: boolean;
  readonly signal: AbortSignal | undefined;
}

/**
 * Takes the lock; waits up to `wait` ms for a holder that lives, then throws code `locked`, naming
 * it. One of whom that cannot be told is watched until it is known.
 */
async function takeLock(
  lock: LockObject,
  { wait, passing, signal }: Wanting,
): Promise<BucketLock> {
  const until = performance.now() + wait;
  const record = newRecord(passing);
  // To look first: where writes know no conditions, one would take it from whoever has it.
  let seen = await whereAllowed(lock.store, signal, () => readLock(lock, signal));
  let watched = seen && watch(undefined, seen);
  for (;;) {
    const condition = conditionToTake(watched);
    if (condition === undefined) await pause(lock, watched, until, signal);
    const held = condition && await tryToTake(lock, record, condition, signal);
    if (held) return held;
    seen = await readLock(lock, signal);
    // The answer to a write that succeeded may be lost.
    const own = seen?.record.id === record.id
      ? await settle(lock, record, seen.etag, signal)
      : undefined;
    if (own) return own;
    watched = seen && watch(watched, seen);
  }
}

/** Before the next look; rejects once there is no patience left. `until` is by `performance.now()`. */
async function pause(
  { store }: LockObject,
  watched: Watched | undefined,
  until: number,
  signal: AbortSignal | undefined,
): Promise<void> {
  if (watched?.seen.record.passing) return await sleep(SHORT_PAUSE * (1 + Math.random()), signal);
  if (watched?.lives && performance.now() >= until) throw lockedByAnother(store, watched);
  await sleep(PAUSE, signal);
}

async function tryToTake(
  lock: LockObject,
  record: LockRecord,
  condition: Condition,
  signal: AbortSignal | undefined,
): Promise<BucketLock | undefined> {
  signal?.throwIfAborted();
  using later = delayed(signal, GRACE);
  const written = await writeLock(lock, record, condition, later.signal);
  if (typeof written === "object") return await settle(lock, record, written.etag, signal);
  if (written === "refused") return undefined;
  await writeLock(lock, record, "none", later.signal);
  return await holdUnconditionally(lock, record, signal);
}

/** Makes sure that a server heeds conditions: this one must be refused. */
async function settle(
  lock: LockObject,
  record: LockRecord,
  etag: string,
  signal: AbortSignal | undefined,
): Promise<BucketLock | undefined> {
  const written = await writeLock(lock, record, "absent", signal);
  if (written === "refused") return holdLock(lock, { record, etag, conditional: true });
  if (written !== "no conditions") lock.store.connection.note("ignores-conditions");
  return await holdUnconditionally(lock, record, signal);
}

/** The last one to write has it. */
async function holdUnconditionally(
  lock: LockObject,
  record: LockRecord,
  signal: AbortSignal | undefined,
): Promise<BucketLock | undefined> {
  await sleep(SETTLING, signal);
  const seen = await readLock(lock, signal);
  if (seen?.record.id !== record.id) return undefined;
  return holdLock(lock, { record, etag: seen.etag, conditional: false });
}

function lockedByAnother({ name }: Store, { seen: { record } }: Watched): BinimportError {
  const state = `another import holds it${holderShown(record.holder)}`;
  return new BinimportError("locked", `Cannot lock "${name}": ${state}`, { hint: HELD_HINT });
}

interface Watched {
  readonly seen: SeenLock;
  /** When it was first seen like that, by `performance.now()`. */
  readonly since: number;
  readonly lives: boolean;
}

/** On what the lock may be taken; undefined while somebody may hold it. */
function conditionToTake(watched: Watched | undefined): Condition | undefined {
  if (watched === undefined) return "absent";
  const { seen: { record, age, etag }, since } = watched;
  const isOver = record.over || lifeOf(record.process) === "gone" || age > LIFE ||
    performance.now() - since > LIFE;
  return isOver ? { etag } : undefined;
}

/** What is known of a lock with one more look. */
function watch(before: Watched | undefined, seen: SeenLock): Watched {
  const isSame = before?.seen.etag === seen.etag;
  const beats = before !== undefined && !isSame;
  return {
    seen,
    since: isSame ? before.since : performance.now(),
    lives: beats || (isSame && before.lives) || lifeOf(seen.record.process) === "alive",
  };
}

interface Entering extends Pick<Wanting, "wait" | "signal"> {
  /** The share of the files; undefined for all of them. */
  readonly shard: Shard | undefined;
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

function fitBeside(one: Shard, other: Shard | undefined): boolean {
  return one.count === other?.count && one.index !== other.index;
}
