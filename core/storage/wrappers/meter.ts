/** Bounding how fast objects are written, and counting what is. */
import type { RateLimit } from "../../util/retry.ts";
import type { PutOptions, PutSource, StorageAdapter } from "../adapter.ts";
import { passedSource } from "../put_source.ts";
import { type Changes, delegate } from "./delegate.ts";

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
    () => () => undefined,
  );
}

/**
 * The adapter with every byte told that `put` and `stage` take from a source: its key, and how many
 * further bytes of it were taken.
 */
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
    if (source.bytes === undefined) return counted;
    const bytes = () => {
      const all = source.bytes?.() ?? new Uint8Array(0);
      tell(key, all.length);
      return all;
    };
    return { ...counted, bytes };
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
  immediate: Required<Changes>["immediate"],
): StorageAdapter {
  return delegate(inner, {
    immediate,
    put: (put) => (key, source, options) => put(key, replace(source, key, options), options),
    stage: (stage) => (key, source, options) => stage(key, replace(source, key, options), options),
  });
}
