/** Bounding how many objects are written at once. */
import { semaphore } from "../../util/concurrency.ts";
import type {
  CallOptions,
  ObjectInfo,
  PublishOptions,
  Staged,
  StorageAdapter,
} from "../adapter.ts";
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

  return delegate(inner, {
    capabilities: { ...inner.capabilities, maxConcurrency },
    put: (put) => (key, source, options) => inTurn(options, () => put(key, source, options)),
    stage: (stage) => async (key, source, options) =>
      new LimitedStaged(await inTurn(options, () => stage(key, source, options)), inTurn),
  });
}

type InTurn = <T>(options: CallOptions | undefined, call: () => Promise<T>) => Promise<T>;

/** A class: there may be 100,000 at a time, and two closures for each would take 160 bytes more. */
class LimitedStaged implements Staged {
  constructor(private readonly inner: Staged, private readonly inTurn: InTurn) {}

  publish(options?: PublishOptions): Promise<ObjectInfo> {
    return this.inTurn(options, () => this.inner.publish(options));
  }

  discard(): Promise<void> {
    return this.inner.discard();
  }
}
