/** What lies under a key, found out by reading it. */
import type { CallOptions, StorageAdapter } from "./adapter.ts";
import { type BodyDigest, digestOf } from "./digest.ts";

/** In bytes. A shorter body is not worth the way into a worker. */
export const LONG_BODY = 1024 * 1024;

/** Reads an object of about `size` bytes; rejects with code `not-found` when there is none. */
export async function objectDigest(
  adapter: StorageAdapter,
  { key, size }: { readonly key: string; readonly size: number },
  options: CallOptions,
): Promise<BodyDigest> {
  const digest = size < LONG_BODY ? undefined : await adapter.digest?.(key, options);
  return digest ?? await digestOf(await adapter.get(key, options), options.signal);
}
