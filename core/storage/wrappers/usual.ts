/** What an import puts around an adapter, and what becomes of the bytes: counted, throttled, or forgotten. */
import type { RateLimit } from "../../util/retry.ts";
import { abortable } from "../../util/streams.ts";
import type { CallOptions, PutOptions, PutSource, StorageAdapter } from "../adapter.ts";
import { exactChunks, passedSource } from "../put_source.ts";
import { type Changes, delegate, limitCalls, logCalls, retryCalls } from "./calls.ts";

/** A call that failed for a reason that may pass is made so many times more. */
export const DEFAULT_RETRIES = 3;

/** The adapter in its wrappers, from the inside out; docs/architecture.md says why in this order. */
export function inUsualWrappers(
  adapter: StorageAdapter,
  { onBytes, rate, concurrency, retries = DEFAULT_RETRIES, debug, dryRun: isDry = false }: {
    /** Told, by key, of every byte that it takes. */
    readonly onBytes?: ((key: string, bytes: number) => void) | undefined;
    /** How fast it takes them. */
    readonly rate?: RateLimit | undefined;
    readonly concurrency?: number | undefined;
    readonly retries?: number | undefined;
    readonly debug?: ((line: string) => void) | undefined;
    readonly dryRun?: boolean | undefined;
  } = {},
): StorageAdapter {
  const { retriesInternally = false } = adapter.capabilities;
  const counted = onBytes === undefined ? adapter : countBytes(adapter, onBytes);
  const throttled = rate === undefined ? counted : throttleWrites(counted, rate);
  const limited = limitCalls(throttled, concurrency);
  const logged = debug === undefined ? limited : logCalls(limited, debug);
  const retried = retriesInternally ? logged : retryCalls(logged, { retries });
  return isDry ? dryRun(retried) : retried;
}

/** Larger pieces would pass in jerks. */
const PIECE = 64 * 1024;

/** The adapter with the bytes of `put` and `stage` given to it no faster than the limit lets them. */
export function throttleWrites(inner: StorageAdapter, limit: RateLimit): StorageAdapter {
  return withSources(
    inner,
    (source, _, { signal } = {}) =>
      passedSource(source, async function* (chunks) {
        for await (const chunk of chunks) {
          for (let at = 0; at < chunk.length; at += PIECE) {
            const piece = chunk.subarray(at, at + PIECE);
            await limit.pass(piece.length, signal);
            yield piece;
          }
        }
      }),
  );
}

/** The adapter with every byte told, by key, that `put` and `stage` take from a source. */
export function countBytes(
  inner: StorageAdapter,
  tell: (key: string, bytes: number) => void,
): StorageAdapter {
  return withSources(inner, (source, key) => {
    const counted = passedSource(source, async function* (chunks) {
      for await (const chunk of chunks) {
        tell(key, chunk.length);
        yield chunk;
      }
    });
    const { bytes } = source;
    if (bytes === undefined) return counted;
    const countedBytes = () => {
      tell(key, source.size);
      return bytes();
    };
    return { ...counted, bytes: countedBytes };
  }, (immediate) => () => {
    const calls = immediate();
    return calls && {
      ...calls,
      stage(key, bytes, mode) {
        tell(key, bytes.length);
        return calls.stage(key, bytes, mode);
      },
    };
  });
}

/** The adapter with other sources given to `put` and `stage`. */
function withSources(
  inner: StorageAdapter,
  replace: (source: PutSource, key: string, options?: PutOptions) => PutSource,
  immediate: Required<Changes>["immediate"] = () => () => undefined,
): StorageAdapter {
  return delegate(inner, {
    immediate,
    put: (put) => (key, source, options) => put(key, replace(source, key, options), options),
    stage: (stage) => (key, source, options) => stage(key, replace(source, key, options), options),
  });
}

/** The adapter without effects: sources are read to their end, so that their defects are found. */
export function dryRun(inner: StorageAdapter): StorageAdapter {
  async function consume(key: string, source: PutSource, options?: CallOptions) {
    await inner.checkPut?.(key, options);
    for await (const _ of abortable(exactChunks(key, source), options?.signal));
    return { key, size: source.size };
  }
  return delegate(inner, {
    put: () => consume,
    immediate: () => () => undefined,
    stage: () => async (key, source, options) => {
      const info = await consume(key, source, options);
      return { publish: () => Promise.resolve(info), discard: () => Promise.resolve() };
    },
    prepare: () => async (options) => await inner.checkReady?.(options),
    discardStale: () => () => Promise.resolve(),
    clearStaged: (clear) => (keys, options) => clear(keys, { ...options, dryRun: true }),
    remove: () => () => Promise.resolve(),
  });
}
