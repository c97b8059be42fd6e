/** Under which keys the locks lie. */
import { STATE_FOLDER } from "../../../core/key.ts";
import type { Shard } from "../../../core/shard.ts";

/** The lock that a whole import keeps, and that a share holds for moments. */
export const LOCK_KEY = `${STATE_FOLDER}/lock`;

/** The lock that a share keeps. */
export function shareKey({ index, count }: Shard): string {
  return `${LOCK_KEY}-${index}-of-${count}`;
}

/** Whose lock lies under a key; undefined when it is no share's. */
export function shareOf(key: string): Shard | undefined {
  const match = /^-(\d+)-of-(\d+)$/.exec(key.slice(LOCK_KEY.length));
  if (match === null || !key.startsWith(LOCK_KEY)) return undefined;
  return { index: Number(match[1]), count: Number(match[2]) };
}

/** Whether a lock lies under a key. */
export function isLockKey(key: string): boolean {
  return key.startsWith(LOCK_KEY) && (key === LOCK_KEY || shareOf(key) !== undefined);
}
