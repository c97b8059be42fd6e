/** Bounding how fast objects are written. */
import type { RateLimit } from "../../util/rate_limit.ts";
import type { PutOptions, PutSource, StorageAdapter } from "../adapter.ts";
import { chunksOf, chunkSource } from "../put_source.ts";
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

/** Takes the key of an object, and how many further bytes of it were taken. */
export type CountBytes = (key: string, bytes: number) => void;

/** The adapter with every byte told that `put` and `stage` take from a source. */
export function countBytes(inner: StorageAdapter, tell: CountBytes): StorageAdapter {
  return delegate(inner, {
    put: (put) => (key, source, options) =>
      put(key, counted(source, (bytes) => tell(key, bytes)), options),
    stage: (stage) => (key, source, options) =>
      stage(key, counted(source, (bytes) => tell(key, bytes)), options),
  });
}

/** The same source, in the shapes that it has. */
function counted(source: PutSource, tell: (bytes: number) => void): PutSource {
  async function* telling(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const chunk of chunks) {
      tell(chunk.length);
      yield chunk;
    }
  }
  return {
    size: source.size,
    replayable: source.replayable,
    open: () => ReadableStream.from(telling(source.open())),
    ...(source.chunks && { chunks: () => telling(source.chunks?.() ?? source.open()) }),
    ...(source.bytes && { bytes: () => told(source.bytes?.() ?? new Uint8Array(0), tell) }),
    ...(source.sha256 && { sha256: () => source.sha256?.() }),
  };
}

function told(bytes: Uint8Array, tell: (bytes: number) => void): Uint8Array {
  tell(bytes.length);
  return bytes;
}
