/** A lock that is held: signs of life, and its end. */
import { hasCode, messageOf } from "../../../core/util/errors.ts";
import { failure } from "../errors.ts";
import { QUICK } from "../exchange.ts";
import type { BucketObject } from "../store.ts";
import { heedsConditions, readLock, removeLock, type SeenLock, writeLock } from "./record.ts";

/** How often its holder gives a sign of life, in milliseconds. */
const BEAT = 7_000;

/** It is taken to be dead, after so many ms, when four did not come. */
export const LIFE = 30_000;

/** A lock of this process's own. */
export interface BucketLock {
  /** Rejects with code `locked` once somebody else has taken it, as after a long sleep. */
  assertHeld(): Promise<void>;
  /** Goes on to hold what was held in passing. Rejects as `assertHeld`. */
  keep(): Promise<void>;
  /** Gives it back. False when it is not known to have been held until now. */
  release(): Promise<boolean>;
}

type Holding = Pick<SeenLock, "record" | "etag">;

/** Holds a lock that was just written: writes it anew from time to time, until it is released. */
export function holdLock({ store, key }: BucketObject, taken: Holding): BucketLock {
  const end = new AbortController();
  const lock = { store, key, signal: end.signal };
  let holding = taken;
  let lastSign = Date.now();
  let isLost = false;
  let beating: Promise<void> | undefined;

  async function beat(): Promise<void> {
    try {
      const next = await renew(lock, holding);
      isLost = next === undefined;
      holding = next ?? holding;
      lastSign = Date.now();
    } catch (error) {
      // What cannot be reached now may be the next time; nobody takes it over before its time.
      if (!end.signal.aborted) store.host.debug(messageOf(error));
    }
    if (isLost) clearInterval(timer);
  }

  const beatOnce = () => beating ??= beat().finally(() => beating = undefined);
  const timer = setInterval(beatOnce, BEAT);
  Deno.unrefTimer(timer); // it keeps no process alive

  function assertKept(): void {
    if (!isLost) return;
    throw failure({ doing: "go on with", place: store.name }, {
      code: "locked",
      state: "another import has taken it meanwhile",
      hint: "This one was silent for too long, as after a sleep. Run it again.",
    });
  }

  return {
    async assertHeld() {
      if (!isLost && Date.now() - lastSign > LIFE) await beatOnce();
      assertKept();
    },
    async keep() {
      await beating;
      const { passing: _, ...record } = holding.record;
      holding = { ...holding, record };
      await beatOnce();
      assertKept();
    },
    async release() {
      clearInterval(timer);
      end.abort();
      await beating;
      if (isLost) return false;
      const { record } = holding;
      try {
        const seen = await readLock({ store, key }, QUICK);
        if (seen?.record.id !== record.id) return false;
        await removeLock({ store, key }, seen.etag).catch(async (error) => {
          if (!hasCode(error, "forbidden")) throw error;
          await writeLock({ store, key }, { ...record, over: true }, seen.etag);
        });
        return true;
      } catch (error) {
        store.host.debug(messageOf(error));
        return false;
      }
    },
  };
}

/** Writes a sign of life; undefined when the lock is somebody else's by now. */
async function renew(lock: BucketObject, holding: Holding): Promise<Holding | undefined> {
  const own = async () => {
    const seen = await readLock(lock);
    return seen?.record.id === holding.record.id ? seen : undefined;
  };
  if (!heedsConditions(lock) && await own() === undefined) return undefined;
  const record = { ...holding.record, beat: holding.record.beat + 1 };
  const etag = await writeLock(lock, record, holding.etag);
  return etag === undefined ? await own() : { record, etag }; // an answer may have been lost
}
