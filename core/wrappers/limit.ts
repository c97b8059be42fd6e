/** Bounding how many objects are written at once. */
import type { CallOptions, Staged, StorageAdapter } from "../adapter.ts";
import { semaphore } from "../semaphore.ts";
import { delegate } from "./delegate.ts";

/**
 * The adapter with at most so many `put`, `stage` and `publish` calls under way, and never more
 * than it can take; further ones wait their turn. What is staged holds no place in between.
 */
export function limitCalls(
  inner: StorageAdapter,
  most: number = inner.capabilities.maxConcurrency,
): StorageAdapter {
  const maxConcurrency = Math.max(1, Math.min(most, inner.capabilities.maxConcurrency));
  const places = semaphore(maxConcurrency);

  async function inTurn<T>(options: CallOptions | undefined, call: () => Promise<T>): Promise<T> {
    const leave = places.tryAcquire() ?? await places.acquire(1, options?.signal);
    try {
      return await call();
    } finally {
      leave();
    }
  }

  // Made where no source is at hand: it lives until the end of the import, in great numbers.
  const limited = (staged: Staged): Staged => ({
    publish: (options) => inTurn(options, () => staged.publish(options)),
    discard: () => staged.discard(),
  });

  return delegate(inner, {
    capabilities: { ...inner.capabilities, maxConcurrency },
    put: (put) => (key, source, options) => inTurn(options, () => put(key, source, options)),
    stage: (stage) => async (key, source, options) =>
      limited(await inTurn(options, () => stage(key, source, options))),
  });
}
