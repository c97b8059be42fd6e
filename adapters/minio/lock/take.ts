/**
 * A lock that one process at a time holds.
 *
 * S3 has no locks, but writes on condition: an object is made only where there is none. Whoever has
 * made it writes it anew every {@linkcode BEAT}; one that was silent for {@linkcode LIFE} is taken
 * over, on condition that it is still the same. So a process that died blocks nobody for longer than
 * that, and one that died on this machine blocks nobody at all. Ages are told by the server's clock
 * alone. Without conditions on the server's side two that begin within a second may both go on;
 * the next sign of life finds it out.
 */
import { BinimportError } from "../../../core/errors.ts";
import { HELD_HINT, holderShown } from "../../../core/lock_holder.ts";
import { sleep } from "../../../core/retry.ts";
import { delayed } from "../grace.ts";
import { whereAllowed } from "../leftovers.ts";
import type { Store } from "../store.ts";
import { type HeldLock, holdLock } from "./hold.ts";
import { type LockRecord, newRecord } from "./record.ts";
import { type Condition, type LockObject, readLock, writeLock } from "./requests.ts";
import { GRACE, PAUSE, SETTLING, SHORT_PAUSE } from "./times.ts";
import { conditionToTake, watch, type Watched } from "./watched.ts";

/** How a lock is wanted. */
export interface Wanting {
  /** How long to wait for a holder that lives, in milliseconds. */
  readonly wait: number;
  /** Whether it is wanted for a moment only. */
  readonly passing?: true;
  readonly signal: AbortSignal | undefined;
}

/**
 * Takes the lock; waits up to `wait` ms for a holder that lives, then throws code `locked`, naming
 * it. One of whom that cannot be told is watched until it is known.
 */
export async function takeLock(
  lock: LockObject,
  { wait, signal, ...passing }: Wanting,
): Promise<HeldLock> {
  const begun = performance.now();
  const record = newRecord(passing);
  // To look first: where writes know no conditions, one would take it from whoever has it.
  let seen = await whereAllowed(lock.store, signal, () => readLock(lock, signal));
  let watched = seen && watch(undefined, seen);
  for (;;) {
    const condition = conditionToTake(watched);
    if (condition === undefined) await pause(lock, watched, begun + wait, signal);
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
  if (watched?.lives && performance.now() >= until) throw heldByAnother(store, watched);
  await sleep(PAUSE, signal);
}

/** Takes the lock if the condition holds. */
export async function tryToTake(
  lock: LockObject,
  record: LockRecord,
  condition: Condition,
  signal: AbortSignal | undefined,
): Promise<HeldLock | undefined> {
  signal?.throwIfAborted();
  using later = delayed(signal, GRACE);
  const written = await writeLock(lock, record, condition, later.signal);
  if (written.kind === "written") return await settle(lock, record, written.etag, signal);
  if (written.kind === "refused") return undefined;
  await writeLock(lock, record, "none", later.signal);
  return await holdUnconditionally(lock, record, signal);
}

/** Makes sure that a server heeds conditions: this one must be refused. */
async function settle(
  lock: LockObject,
  record: LockRecord,
  etag: string,
  signal: AbortSignal | undefined,
): Promise<HeldLock | undefined> {
  const { kind } = await writeLock(lock, record, { absent: true }, signal);
  if (kind === "refused") return holdLock(lock, { record, etag, conditional: true });
  return await holdUnconditionally(lock, record, signal);
}

/** The last one to write has it. */
async function holdUnconditionally(
  lock: LockObject,
  record: LockRecord,
  signal: AbortSignal | undefined,
): Promise<HeldLock | undefined> {
  await sleep(SETTLING, signal);
  const seen = await readLock(lock, signal);
  if (seen?.record.id !== record.id) return undefined;
  return holdLock(lock, { record, etag: seen.etag, conditional: false });
}

/** The error for one whose patience is over. */
export function heldByAnother({ name }: Store, { seen: { record } }: Watched): BinimportError {
  const state = `another import holds it${holderShown(record.holder)}`;
  return new BinimportError("locked", `Cannot lock "${name}": ${state}`, { hint: HELD_HINT });
}
