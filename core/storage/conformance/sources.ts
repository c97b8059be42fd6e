/** Sources that conformance cases feed to an adapter: sound ones in odd shapes, and hostile ones. */
import type { PutSource } from "../adapter.ts";
import { chunkSource } from "../put_source.ts";

/** Bytes that differ at every offset and between seeds, so that mixed-up parts show. */
export function sample(size: number, seed = 1): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(size);
  let state = (seed * 2654435761) >>> 0 || 1;
  for (let at = 0; at < size; at++) {
    // xorshift32: G. Marsaglia, "Xorshift RNGs", 2003.
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    bytes[at] = state;
  }
  return bytes;
}

/** The bytes in chunks of a given length, each in memory of its own. */
export function inChunks(bytes: Uint8Array, length: number): PutSource {
  return chunkSource(bytes.length, true, async function* () {
    for (let at = 0; at < bytes.length; at += length) yield bytes.slice(at, at + length);
  });
}

/** The bytes in chunks that all lie in one buffer, each overwritten by the next one. */
export function inOneBuffer(bytes: Uint8Array, length: number): PutSource {
  const chunks = async function* () {
    const buffer = new Uint8Array(length);
    for (let at = 0; at < bytes.length; at += length) {
      const part = bytes.subarray(at, at + length);
      buffer.set(part);
      yield buffer.subarray(0, part.length);
      buffer.fill(0);
    }
  };
  // Whoever asks for a stream may keep what it reads, so the stream's chunks are copies.
  return { ...inChunks(bytes, length), chunks };
}

/** Announces some size and gives these bytes. */
export function lying(bytes: Uint8Array, announced: number): PutSource {
  return { ...inChunks(bytes, 64 * 1024), size: announced };
}

/** Gives a number of the bytes, then fails with an error. */
export function failing(bytes: Uint8Array, after: number, error: Error): PutSource {
  return chunkSource(bytes.length, false, async function* () {
    yield bytes.slice(0, after);
    throw error;
  });
}

/** Gives half of the bytes, then waits for `gate` before it gives the rest. */
export function gated(bytes: Uint8Array, gate: () => Promise<void>): PutSource {
  const half = bytes.length >> 1;
  return chunkSource(bytes.length, false, async function* () {
    yield bytes.slice(0, half);
    await gate();
    yield bytes.slice(half);
  });
}
