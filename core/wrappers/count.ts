/** Telling how much goes into a target. */
import type { PutSource, StorageAdapter } from "../adapter.ts";
import { delegate } from "./delegate.ts";

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
