/** What lies under a key, found out by reading it. */
import type { CallOptions, StorageAdapter } from "./adapter.ts";
import { type BodyDigest, digestOf } from "./digest.ts";

/** Reads an object; rejects with code `not-found` when there is none. */
export async function objectDigest(
  adapter: Pick<StorageAdapter, "get" | "digest">,
  key: string,
  options: CallOptions,
): Promise<BodyDigest> {
  return await adapter.digest?.(key, options) ??
    await digestOf(await adapter.get(key, options), options.signal);
}
