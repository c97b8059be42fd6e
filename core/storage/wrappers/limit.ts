/** Bounding how many objects are written at once. */
import { semaphore } from "../../util/concurrency.ts";
import type { StorageAdapter } from "../adapter.ts";
import { aroundCalls, type Call } from "./delegate.ts";

/** What is staged holds no place until it is published. */
const LIMITED: ReadonlySet<Call["name"]> = new Set(["put", "stage", "publish"]);

/**
 * The adapter with at most so many `put`, `stage` and `publish` calls under way, and never more
 * than it can take; further ones wait their turn.
 */
export function limitCalls(
  inner: StorageAdapter,
  most: number = inner.capabilities.maxConcurrency,
): StorageAdapter {
  const maxConcurrency = Math.max(1, Math.min(most, inner.capabilities.maxConcurrency));
  const places = semaphore(maxConcurrency);
  return aroundCalls(inner, async ({ name, signal }, run) => {
    if (!LIMITED.has(name)) return await run();
    const leave = places.tryAcquire() ?? await places.acquire(1, signal);
    try {
      return await run();
    } finally {
      leave();
    }
  }, { capabilities: { ...inner.capabilities, maxConcurrency } });
}
