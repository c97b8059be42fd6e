/**
 * Runs data through a stream of node:zlib. In Deno (2.9.5) it works on the calling thread, unlike in
 * Node.js: while it inflates a chunk, nothing else runs.
 */
import type { Gunzip, ZstdDecompress } from "node:zlib";
import { type BinimportError, damaged, messageOf } from "../../util/errors.ts";
import { isZero } from "../tar/mod.ts";

/** 1.3 times as fast as chunks of 64 KiB; two of them are in flight. */
export const CHUNK_SIZES: { readonly chunkSize: number; readonly highWaterMark: number } = {
  chunkSize: 1 << 20,
  highWaterMark: 1 << 20,
};

/** A decompressor. Its `bytesWritten` is how many bytes it has made use of. */
type Inflater = Gunzip | ZstdDecompress;

/**
 * What comes out of `inflater` for `chunks`, in and out in chunks that are valid until the next one
 * is asked for. Errors of `chunks` pass through, those of the inflater become code
 * `package-damaged`. All of `chunks` is read: what the inflater leaves behind the end of its data
 * must be zeros.
 */
export async function* inflated(
  chunks: AsyncIterable<Uint8Array>,
  inflater: Inflater,
  format: string,
): AsyncGenerator<Uint8Array> {
  const feeding = feed(chunks, inflater, format).then(
    () => undefined,
    (error: unknown) => {
      inflater.destroy();
      return { error };
    },
  );
  // Told by the iterator, as long as it is read; behind a reader who left, nobody else would listen,
  // and the process would end.
  inflater.on("error", () => {});
  let failed: { readonly error: unknown } | undefined;
  try {
    // Not destroyed at its end: the feeding has still to look at what stands behind it.
    for await (const output of inflater.iterator({ destroyOnReturn: false })) {
      // Not as the Buffer that it is: slice() of a Buffer makes no copy, which readers rely on.
      yield new Uint8Array(output.buffer, output.byteOffset, output.length);
      release(output);
    }
    failed = await feeding;
  } catch (error) {
    failed = await feeding ?? { error: inflateError(error, format) };
  } finally {
    inflater.destroy();
    await feeding;
  }
  if (failed !== undefined) throw failed.error;
}

/**
 * Gives a buffer's memory back now. The garbage collector would let 200 MB of them pile up first,
 * since it does not see how large they are. zlib fills a buffer with several chunks at times, one
 * behind the other: when the last one was used, all were. Smaller buffers are none of zlib's: they
 * may be the pool that all small `Buffer`s share.
 */
function release({ buffer, byteOffset, length }: Uint8Array): void {
  const isUsedUp = byteOffset + length === buffer.byteLength;
  const isOwn = buffer.byteLength >= CHUNK_SIZES.chunkSize;
  if (isUsedUp && isOwn && buffer instanceof ArrayBuffer) buffer.transfer(0);
}

async function feed(
  chunks: AsyncIterable<Uint8Array>,
  inflater: Inflater,
  format: string,
): Promise<void> {
  let given = 0;
  let ended = false;
  for await (const chunk of chunks) {
    let unused = chunk;
    if (!ended) {
      await written(inflater, chunk);
      if (inflater.destroyed) return;
      given += chunk.length;
      unused = chunk.subarray(chunk.length - (given - inflater.bytesWritten));
      ended = unused.length > 0;
    }
    if (!isZero(unused)) throw notPadding(format);
  }
  if (!ended) inflater.end();
}

/** Settles when the chunk is used up, and also when the stream breaks: zlib forgets it then. */
function written(inflater: Inflater, chunk: Uint8Array): Promise<void> {
  return new Promise((resolve) => {
    if (inflater.destroyed) return resolve();
    inflater.once("close", resolve);
    inflater.write(chunk, () => {
      inflater.off("close", resolve);
      resolve();
    });
  });
}

/** What zlib and zstd object to is wrong with the data; anything else is passed on as it is. */
function inflateError(error: unknown, format: string): unknown {
  const message = messageOf(error);
  const isZlib = error instanceof Error && "code" in error && /^Z_/.test(String(error.code));
  return isZlib || message.startsWith("Zstd ") ? wrongData(message, format, error) : error;
}

/** The error for what a decompressor says is wrong with its data. */
export function wrongData(message: string, format: string, error?: unknown): BinimportError {
  if (/unexpected end/.test(message)) return damaged(`the ${format} data ends early`, error);
  if (/header check|no padding/.test(message)) return notPadding(format);
  if (/data check|length check|checksum/.test(message)) {
    return damaged(`the ${format} data fails its checksum`, error);
  }
  return damaged(`the ${format} data is damaged (${message})`, error);
}

/** Something stands behind the compressed data that is neither more of it nor padding. */
export function notPadding(format: string): BinimportError {
  return damaged(`bytes follow the end of the ${format} data that are not padding`);
}
