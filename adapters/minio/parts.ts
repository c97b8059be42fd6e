/** Sources cut into parts, and the memory that those wait in while they go up. */
import { Buffer } from "node:buffer";
import { semaphore } from "../../core/util/concurrency.ts";

/** S3 allows no more parts than that. */
export const MAX_PARTS = 10_000;

/** At a time: six parts on their way up, and one being filled; of larger ones fewer, but two. */
const PART_BUFFERS = 7;
const MOST_BYTES = 128 * 2 ** 20;

interface PartBuffer {
  /** Exactly as long as was asked for; holds anything. */
  readonly bytes: Buffer;
  /** Gives the memory back at once: the garbage collector might for long not. Safe to call again. */
  free(): void;
}

export interface PartBuffers {
  take(size: number, signal: AbortSignal | undefined): Promise<PartBuffer>;
}

/** Lends at most `count` buffers of `partSize` bytes at a time, or as many bytes in smaller ones. */
export function partBuffers(
  partSize: number,
  count: number = Math.max(2, Math.min(PART_BUFFERS, Math.floor(MOST_BYTES / partSize))),
): PartBuffers {
  const room = semaphore(partSize * count);
  return {
    async take(size, signal) {
      const release = await room.acquire(size, signal);
      const memory = new ArrayBuffer(size);
      return {
        bytes: Buffer.from(memory),
        free() {
          if (!memory.detached) memory.transfer(0);
          release();
        },
      };
    },
  };
}

export interface Part extends PartBuffer {
  readonly number: number;
}

/**
 * Yields the parts of a source, a single empty one for an empty source. Whoever takes a part frees
 * it. Memory is taken when a part's first byte is there: a source that gives nothing holds none.
 */
export async function* cutParts(
  chunks: AsyncIterable<Uint8Array>,
  { size, partSize, buffers, signal }: {
    readonly size: number;
    readonly partSize: number;
    readonly buffers: PartBuffers;
    readonly signal?: AbortSignal | undefined;
  },
): AsyncGenerator<Part> {
  let number = 0;
  let filling: PartBuffer | undefined;
  let filled = 0;
  const begin = () => buffers.take(Math.min(size - number++ * partSize, partSize), signal);
  try {
    for await (const chunk of chunks) {
      for (let at = 0; at < chunk.length;) {
        filling ??= await begin();
        const piece = chunk.subarray(at, at + filling.bytes.length - filled);
        filling.bytes.set(piece, filled);
        at += piece.length;
        filled += piece.length;
        if (filled < filling.bytes.length) continue;
        const full = filling;
        filling = undefined;
        filled = 0;
        yield { number, ...full };
      }
    }
    if (size === 0) yield { ...await begin(), number };
  } finally {
    filling?.free();
  }
}
