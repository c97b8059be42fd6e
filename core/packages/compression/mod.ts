/**
 * Takes the compression off a package; told by its content, never by its name.
 *
 * As in untar.ts, messages are only the state ("the gzip data ends early"), for a caller who knows
 * the package's name to put behind "Cannot read package …: ".
 */
import { ByteReader } from "../../util/byte_reader.ts";
import { BLOCK, isHeader, isZero } from "../tar/mod.ts";
import { gunzip } from "./gzip.ts";
import { looksLikeDisc, looksLikeIso, refusal, REFUSAL_HEAD } from "./unknown_format.ts";
import { isXz, unxz } from "./xz.ts";
import { isZstd, unzstd } from "./zstd.ts";

/** How a package is compressed. */
export type Compression = "gzip" | "zstd" | "xz";

/** One way to compress. */
interface Decoder {
  readonly name: Compression;
  /** Whether it begins like this. */
  readonly begins: (head: Uint8Array) => boolean;
  readonly decode: (input: ByteReader) => AsyncIterable<Uint8Array>;
}

/** What can be read: a further one is a file with its decoder, and a line here. */
const COMPRESSIONS: readonly Decoder[] = [
  { name: "gzip", begins: (head) => head[0] === 0x1f && head[1] === 0x8b, decode: gunzip },
  { name: "zstd", begins: isZstd, decode: unzstd },
  { name: "xz", begins: isXz, decode: unxz },
];

const NAMES = COMPRESSIONS.map(({ name }) => name);

/** A package without its compression. */
export interface Decompressed {
  /** What it was compressed with. */
  readonly compression: Compression | "none";
  /** It is not compressed, and an ISO 9660 image. */
  readonly isImage: boolean;
  /**
   * The bytes, in chunks of up to about 1 MiB; a chunk is valid until the next one is asked for.
   * They end without an error only if the input was read to its very end, held complete streams
   * and nothing but padding after them, and every checksum in it was right. What was given out
   * before an error may be wrong.
   */
  readonly chunks: AsyncIterable<Uint8Array>;
}

/**
 * Looks at the first bytes of `input`, and gives it uncompressed.
 *
 * At most a few MiB are in flight. A chunk of the input, too, need be valid only until the next one
 * is asked for. Errors of the input pass through. Wrong data is a `BinimportError` with code
 * `package-damaged`, data in another format one with code `package-unsupported`; the latter names
 * the format and what to do. The input is closed by the end of `chunks`, which must hence be
 * iterated.
 *
 * @example
 * ```ts
 * const { compression, chunks } = await decompress(file.readable);
 * for await (const entry of untar(chunks, { requireEnd: compression === "none" })) use(entry);
 * ```
 */
export async function decompress(input: AsyncIterable<Uint8Array>): Promise<Decompressed> {
  const reader = new ByteReader(input);
  try {
    const head = await reader.peek(BLOCK);
    const found = COMPRESSIONS.find(({ begins }) => begins(head));
    if (found !== undefined) {
      return { compression: found.name, isImage: false, chunks: found.decode(reader) };
    }
    const isTar = looksLikeTar(head);
    let isImage = false;
    if (!isTar || isZero(head)) {
      // An image begins with nothing, as an empty tar does.
      const more = await reader.peek(REFUSAL_HEAD);
      isImage = looksLikeIso(more);
      if (!isImage && (!isTar || looksLikeDisc(more))) throw refusal(more, NAMES);
    }
    return { compression: "none", isImage, chunks: reader };
  } catch (error) {
    await reader.close();
    throw error;
  }
}

/** Whether a file that begins with `head` is a tar: a right header checksum, or an empty archive. */
export function looksLikeTar(head: Uint8Array): boolean {
  const block = head.subarray(0, BLOCK);
  return isHeader(block) || block.length === BLOCK && isZero(block);
}
