/** Locks in a bucket: shared and exclusive, held by records that expire. */

export { enter, takeLock } from "./enter.ts";
export type { BucketLock } from "./hold.ts";
export { isLockKey, lockKey } from "./record.ts";
