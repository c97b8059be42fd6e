/** Locks of others, looked at again and again. */
import { lifeOf } from "./process_mark.ts";
import type { Condition, SeenLock } from "./requests.ts";
import { LIFE } from "./times.ts";

/** A lock of others. */
export interface Watched {
  readonly seen: SeenLock;
  /** When it was first seen like that, by `performance.now()`. */
  readonly since: number;
  /** Whether its holder is known to live. */
  readonly lives: boolean;
}

/** On what the lock may be taken; undefined while somebody may hold it. */
export function conditionToTake(watched: Watched | undefined): Condition | undefined {
  if (watched === undefined) return { absent: true };
  const { seen: { record, age, etag }, since } = watched;
  const isOver = record.over || lifeOf(record.process) === "gone" || age > LIFE ||
    performance.now() - since > LIFE;
  return isOver ? { etag } : undefined;
}

/** What is known of a lock with one more look. */
export function watch(before: Watched | undefined, seen: SeenLock): Watched {
  const isSame = before?.seen.etag === seen.etag;
  const beats = before !== undefined && !isSame;
  return {
    seen,
    since: isSame ? before.since : performance.now(),
    lives: beats || (isSame && before.lives) || lifeOf(seen.record.process) === "alive",
  };
}
