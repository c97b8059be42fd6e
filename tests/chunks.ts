/** Bytes in chunks, for tests. */
import { join } from "./tar_builder.ts";

/** The bytes in chunks of `length` (the last one shorter). */
export async function* inChunks(bytes: Uint8Array, length = 1 << 20): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += length) yield bytes.subarray(at, at + length);
}

/** The bytes cut at these positions, in any order; a position twice makes an empty chunk. */
export async function* cutAt(
  bytes: Uint8Array,
  positions: readonly number[],
): AsyncGenerator<Uint8Array> {
  let at = 0;
  for (const end of [...positions, bytes.length].sort((a, b) => a - b)) {
    yield bytes.subarray(at, end);
    at = end;
  }
}

/** All the bytes of some chunks. */
export async function collect(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Uint8Array[] = [];
  for await (const chunk of chunks) parts.push(chunk);
  return join(...parts);
}

/** Bytes that no compressor makes smaller, the same ones for the same seed. */
export function noise(length: number, seed = 1): Uint8Array<ArrayBuffer> {
  let state = seed;
  return new Uint8Array(length).map(() => {
    state = Math.imul(state, 1664525) + 1013904223 | 0;
    return state >>> 24;
  });
}
