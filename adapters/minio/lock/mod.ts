/** Locks in a bucket: shared and exclusive, held by records that expire. */

export { enter, takeGate } from "./acquire.ts";
export type { BucketLock } from "./hold.ts";
