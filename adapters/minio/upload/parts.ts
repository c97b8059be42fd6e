/** Cuts a source into parts in memory. */
import type { Hash } from "node:crypto";
import type { PartBuffer, PartBuffers } from "../part_buffers.ts";

/** S3 allows no more parts than that. */
export const MAX_PARTS = 10_000;

/** Some bytes of an object, filled in. */
export interface Part extends PartBuffer {
  /** Its number, from 1. */
  readonly number: number;
}

/** What {@linkcode cutParts} needs to know. */
export interface CutOptions {
  /** The bytes of the whole source. */
  readonly size: number;
  /** The bytes of each part but the last. */
  readonly partSize: number;
  /** Where the memory comes from. */
  readonly buffers: PartBuffers;
  /** A digest that is to see all bytes. */
  readonly whole?: Hash | undefined;
  /** Ends the waiting for memory. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Yields the parts of a source one by one, a single empty one for an empty source. Whoever takes
 * a part frees it. Memory is taken when a part's first byte is there, so that a source that gives
 * nothing holds nothing.
 */
export async function* cutParts(
  chunks: AsyncIterable<Uint8Array>,
  options: CutOptions,
): AsyncGenerator<Part> {
  let filling: Filling | undefined;
  let begun = 0;
  try {
    for await (const chunk of chunks) {
      options.whole?.update(chunk);
      for (let at = 0; at < chunk.length;) {
        filling ??= await beginPart(++begun, options);
        at += fill(filling, chunk, at);
        if (filling.length < filling.bytes.length) continue;
        const full = filling;
        filling = undefined;
        yield finishPart(full);
      }
    }
    if (options.size === 0) yield finishPart(await beginPart(1, options));
  } finally {
    filling?.free();
  }
}

interface Filling extends PartBuffer {
  readonly number: number;
  length: number;
}

async function beginPart(number: number, options: CutOptions): Promise<Filling> {
  const { size, partSize, buffers, signal } = options;
  const left = size - (number - 1) * partSize;
  const { bytes, free } = await buffers.take(Math.min(left, partSize), signal);
  return { number, bytes, free, length: 0 };
}

function fill(part: Filling, chunk: Uint8Array, at: number): number {
  const piece = chunk.subarray(at, at + part.bytes.length - part.length);
  part.bytes.set(piece, part.length);
  part.length += piece.length;
  return piece.length;
}

function finishPart({ number, bytes, free }: Filling): Part {
  return { number, bytes, free };
}
