/** A lock that is held: signs of life, and its end. */
import { BinimportError, hasCode, messageOf } from "../../../core/errors.ts";
import type { Store } from "../store.ts";
import type { LockRecord } from "./record.ts";
import { readLock, removeLock, writeLock } from "./requests.ts";
import { BEAT, LIFE } from "./times.ts";

/** A lock of this process's own. */
export interface HeldLock {
  /** Rejects with code `locked` once somebody else has taken it, as after a long sleep. */
  assertHeld(): Promise<void>;
  /** Gives it back; what stays of it blocks nobody for long. */
  release(): Promise<void>;
}

/** What is written last under the lock's key. */
interface Holding {
  readonly record: LockRecord;
  readonly etag: string;
  /** Whether the server heeds conditions. */
  readonly conditional: boolean;
}

/** Holds a lock that was just written: writes it anew from time to time, until it is released. */
export function holdLock(store: Store, taken: Holding): HeldLock {
  const end = new AbortController();
  let holding = taken;
  let lastSign = Date.now();
  let isLost = false;
  let beating: Promise<void> | undefined;

  async function beat(): Promise<void> {
    try {
      const next = await renew(store, holding, end.signal);
      isLost = next === undefined;
      if (next === undefined) return clearInterval(timer);
      holding = next;
      lastSign = Date.now();
    } catch (error) {
      // What cannot be reached now may be the next time; nobody takes it over before its time.
      if (!end.signal.aborted) store.host.debug(messageOf(error));
    }
  }

  const beatOnce = () => beating ??= beat().finally(() => beating = undefined);
  const timer = setInterval(beatOnce, BEAT);
  Deno.unrefTimer(timer); // it keeps no process alive

  return {
    async assertHeld() {
      if (!isLost && Date.now() - lastSign > LIFE) await beatOnce();
      if (isLost) throw lost(store);
    },
    async release() {
      clearInterval(timer);
      end.abort();
      await beating;
      if (!isLost) await giveBack(store, holding).catch(({ message }) => store.host.debug(message));
    },
  };
}

/** Writes a sign of life; undefined when the lock is somebody else's by now. */
async function renew(
  store: Store,
  { record, etag, conditional }: Holding,
  signal: AbortSignal,
): Promise<Holding | undefined> {
  const next = { ...record, beat: record.beat + 1 };
  if (conditional) {
    const written = await writeLock(store, next, { etag }, signal);
    if (written.kind === "written") return { record: next, etag: written.etag, conditional };
  }
  const seen = await readLock(store, signal); // an answer may have been lost
  if (seen?.record.id !== record.id) return undefined;
  if (conditional) return { record: seen.record, etag: seen.etag, conditional };
  const written = await writeLock(store, next, "none", signal);
  return written.kind === "written" ? { record: next, etag: written.etag, conditional } : undefined;
}

async function giveBack(store: Store, { record }: Holding): Promise<void> {
  const seen = await readLock(store);
  if (seen?.record.id !== record.id) return;
  try {
    await removeLock(store, seen.etag);
  } catch (error) {
    if (!hasCode(error, "forbidden")) throw error;
    await writeLock(store, { ...record, over: true }, "none");
  }
}

function lost({ name }: Store): BinimportError {
  return new BinimportError(
    "locked",
    `Cannot go on with "${name}": another import has taken it meanwhile`,
    { hint: "This one was silent for too long, as after a sleep. Run it again." },
  );
}
