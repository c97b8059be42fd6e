/** Bounding how fast objects are written. */
import type { PutOptions, PutSource, StorageAdapter } from "../adapter.ts";
import { chunksOf, chunkSource } from "../put_source.ts";
import type { RateLimit } from "../rate.ts";
import { delegate } from "./delegate.ts";

/** Larger pieces would pass in jerks. */
const PIECE = 64 * 1024;

/** The adapter with the bytes of `put` and `stage` given to it no faster than the limit lets them. */
export function throttleWrites(inner: StorageAdapter, limit: RateLimit): StorageAdapter {
  function slowed(source: PutSource, signal: AbortSignal | undefined): PutSource {
    const { size, replayable, sha256 } = source;
    async function* chunks(): AsyncGenerator<Uint8Array> {
      for await (const chunk of chunksOf(source)) {
        for (let at = 0; at < chunk.length; at += PIECE) {
          const piece = chunk.subarray(at, at + PIECE);
          await limit.pass(piece.length, signal);
          yield piece;
        }
      }
    }
    const known = sha256 === undefined ? {} : { sha256: () => sha256.call(source) };
    return { ...chunkSource(size, replayable, chunks), ...known };
  }

  return delegate(inner, {
    put: (put) => (key, source, options?: PutOptions) =>
      put(key, slowed(source, options?.signal), options),
    stage: (stage) => (key, source, options?: PutOptions) =>
      stage(key, slowed(source, options?.signal), options),
  });
}
