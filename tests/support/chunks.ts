/** Bytes in chunks, for tests. */
import { join } from "./tar_builder.ts";

/** The bytes in chunks of `length` (the last one shorter), each spoilt once the next is asked for. */
export function inChunks(bytes: Uint8Array, length = 1 << 20): AsyncGenerator<Uint8Array> {
  const count = Math.max(0, Math.ceil(bytes.length / length) - 1);
  return cutAt(bytes, Array.from({ length: count }, (_, at) => (at + 1) * length));
}

/**
 * The bytes cut at these positions, in any order; a position twice makes an empty chunk. Each chunk
 * is spoilt once the next one is asked for, which is all that a reader may count on.
 */
export async function* cutAt(
  bytes: Uint8Array,
  positions: readonly number[],
): AsyncGenerator<Uint8Array> {
  let at = 0;
  for (const end of [...positions, bytes.length].sort((a, b) => a - b)) {
    const chunk = bytes.slice(at, end);
    yield chunk;
    chunk.fill(0xee);
    at = end;
  }
}

/** All the bytes of some chunks. */
export async function collect(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Uint8Array[] = [];
  for await (const chunk of chunks) parts.push(new Uint8Array(chunk));
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
