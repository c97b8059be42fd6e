/** Making calls in another way: so many at a time, with a line in a log, and again. */
import { semaphore } from "../../util/concurrency.ts";
import { messageOf } from "../../util/errors.ts";
import { retry, type RetryOptions } from "../../util/retry.ts";
import type { StorageAdapter } from "../adapter.ts";
import { aroundCalls, type Call } from "./delegate.ts";

/** What is staged holds no place until it is published. */
const LIMITED: ReadonlySet<Call["name"]> = new Set(["put", "stage", "publish"]);

/** The adapter with at most so many `put`, `stage` and `publish` calls under way; others wait. */
export function limitCalls(inner: StorageAdapter, most: number = Infinity): StorageAdapter {
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

/** The adapter with a line to `debug` for each call; of its options nothing is told: no credential. */
export function logCalls(inner: StorageAdapter, debug: (line: string) => void): StorageAdapter {
  return aroundCalls(inner, async ({ name, key, source }, run) => {
    const begun = performance.now();
    const about = (key === undefined ? "" : ` ${JSON.stringify(key)}`) +
      (source === undefined ? "" : ` of ${source.size} bytes`);
    const tell = (outcome: string) => {
      const took = (performance.now() - begun).toFixed(1);
      debug(`${inner.target}: ${name}${about}: ${outcome}${took} ms`);
    };
    try {
      const result = await run();
      tell("");
      return result;
    } catch (error) {
      tell(`${messageOf(error)}, `);
      throw error;
    }
  }, {
    immediate: () => () => undefined, // each call is to have its line
    list: (list) => (prefix, options) => {
      debug(`${inner.target}: list ${JSON.stringify(prefix)}`);
      return list(prefix, options);
    },
  });
}

/** A `publish` that failed may have done its work; a lock's work repeats its calls itself. */
const ONCE: ReadonlySet<Call["name"]> = new Set(["publish", "withExclusiveLock"]);

/**
 * The adapter with calls repeated after an error that says it is `retryable`, where that is harmless:
 * `put` and `stage` from a replayable source; `get` and `list` until they gave something.
 */
export function retryCalls(
  inner: StorageAdapter,
  options: Omit<RetryOptions, "signal">,
): StorageAdapter {
  return aroundCalls(inner, ({ name, source, signal }, run) => {
    const harmless = source?.replayable ?? !ONCE.has(name);
    return harmless ? retry(run, { ...options, signal }) : run();
  }, {
    list: (list) =>
      async function* (prefix, { signal } = {}) {
        const begin = async () => {
          const objects = list(prefix, signal && { signal })[Symbol.asyncIterator]();
          return { objects, first: await objects.next() };
        };
        const { objects, first } = await retry(begin, { ...options, signal });
        try {
          for (let step = first; !step.done; step = await objects.next()) yield step.value;
        } finally {
          await objects.return?.();
        }
      },
  });
}
