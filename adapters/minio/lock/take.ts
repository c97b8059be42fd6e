/**
 * One import at a time into one bucket and prefix.
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
import type { Store } from "../store.ts";
import { type HeldLock, holdLock } from "./hold.ts";
import { lifeOf } from "./process_mark.ts";
import { type LockRecord, newRecord } from "./record.ts";
import { type Condition, readLock, type SeenLock, writeLock } from "./requests.ts";
import { GRACE, LIFE, PAUSE, SETTLING } from "./times.ts";

/** A lock of others, looked at again and again. */
interface Watched {
  readonly seen: SeenLock;
  /** When it was first seen like that, by `performance.now()`. */
  readonly since: number;
  /** Whether its holder is known to live. */
  readonly lives: boolean;
}

/**
 * Takes the lock; waits up to `wait` ms for a holder that lives, then throws code `locked`, naming
 * it. One of whom that cannot be told is watched until it is known.
 */
export async function takeLock(
  store: Store,
  wait: number,
  signal: AbortSignal | undefined,
): Promise<HeldLock> {
  const begun = performance.now();
  const record = newRecord();
  let watched: Watched | undefined;
  for (;;) {
    const condition = conditionToTake(watched);
    if (condition === undefined) {
      if (watched?.lives && performance.now() - begun >= wait) throw heldByAnother(store, watched);
      await sleep(PAUSE, signal);
    }
    const held = condition && await tryToTake(store, record, condition, signal);
    if (held) return held;
    const seen = await readLock(store, signal);
    // The answer to a write that succeeded may be lost.
    const own = seen?.record.id === record.id
      ? await settle(store, record, seen.etag, signal)
      : undefined;
    if (own) return own;
    watched = seen && watch(watched, seen);
  }
}

/** Undefined while somebody may hold it. */
function conditionToTake(watched: Watched | undefined): Condition | undefined {
  if (watched === undefined) return { absent: true };
  const { seen: { record, age, etag }, since } = watched;
  const isOver = record.over || lifeOf(record.process) === "gone" || age > LIFE ||
    performance.now() - since > LIFE;
  return isOver ? { etag } : undefined;
}

function watch(before: Watched | undefined, seen: SeenLock): Watched {
  const isSame = before?.seen.etag === seen.etag;
  const beats = before !== undefined && !isSame;
  return {
    seen,
    since: isSame ? before.since : performance.now(),
    lives: beats || (isSame && before.lives) || lifeOf(seen.record.process) === "alive",
  };
}

async function tryToTake(
  store: Store,
  record: LockRecord,
  condition: Condition,
  signal: AbortSignal | undefined,
): Promise<HeldLock | undefined> {
  signal?.throwIfAborted();
  using later = delayed(signal, GRACE);
  const written = await writeLock(store, record, condition, later.signal);
  if (written.kind === "written") return await settle(store, record, written.etag, signal);
  if (written.kind === "refused") return undefined;
  await writeLock(store, record, "none", later.signal);
  return await holdUnconditionally(store, record, signal);
}

/** Makes sure that a server heeds conditions: this one must be refused. */
async function settle(
  store: Store,
  record: LockRecord,
  etag: string,
  signal: AbortSignal | undefined,
): Promise<HeldLock | undefined> {
  const { kind } = await writeLock(store, record, { absent: true }, signal);
  if (kind === "refused") return holdLock(store, { record, etag, conditional: true });
  return await holdUnconditionally(store, record, signal);
}

/** The last one to write has it. */
async function holdUnconditionally(
  store: Store,
  record: LockRecord,
  signal: AbortSignal | undefined,
): Promise<HeldLock | undefined> {
  await sleep(SETTLING, signal);
  const seen = await readLock(store, signal);
  if (seen?.record.id !== record.id) return undefined;
  return holdLock(store, { record, etag: seen.etag, conditional: false });
}

function heldByAnother({ name }: Store, { seen: { record } }: Watched): BinimportError {
  const state = `another import holds it${holderShown(record.holder)}`;
  return new BinimportError("locked", `Cannot lock "${name}": ${state}`, { hint: HELD_HINT });
}
