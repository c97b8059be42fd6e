/**
 * Zstandard (RFC 8878), one frame or many, with skippable frames between them.
 *
 * Each frame is given to a decompressor of its own, and only when the walk over its blocks has
 * shown where it ends: Deno's (2.9.5) drops every frame that comes in one chunk with the one before
 * it, and takes a frame for whole whose checksum is cut off.
 */
import zlib from "node:zlib";
import { ByteReader } from "../../util/byte_reader.ts";
import { BinimportError, damaged } from "../../util/errors.ts";
import { CHUNK_SIZES, inflated, notPadding } from "./zlib_stream.ts";

/** What libzstd, too, allows unless told otherwise (`zstd --long=27`). */
const WINDOW_MAX = 128 << 20;

/** Whether a file that begins with `head` is Zstandard; it may begin with a skippable frame. */
export function isZstd(head: Uint8Array): boolean {
  return isFrame(head) || isSkippable(head);
}

/** The uncompressed bytes. */
export async function* unzstd(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const reader = new ByteReader(chunks);
  try {
    while (await reader.more()) {
      const head = await reader.peek(FRAME_HEADER_MAX);
      if (isFrame(head)) yield* frame(reader, head);
      else if (isSkippable(head)) await skipFrame(reader, head);
      else throw head.length < 4 ? endsEarly() : notPadding("zstd");
    }
  } finally {
    await reader.close();
  }
}

/** Node before 22.15 has none; the library is used there too. */
function decompressor(): ReturnType<typeof zlib.createZstdDecompress> {
  if (typeof zlib.createZstdDecompress === "function") {
    return zlib.createZstdDecompress(CHUNK_SIZES);
  }
  throw new BinimportError("package-unsupported", "Cannot read zstd: this runtime has no zstd", {
    hint: "Use a newer one, or have the package packed as .tar.gz.",
  });
}

function isFrame(head: Uint8Array): boolean {
  return head[0] === 0x28 && head[1] === 0xb5 && head[2] === 0x2f && head[3] === 0xfd;
}

function isSkippable(head: Uint8Array): boolean {
  return (head[0] ?? 0) >> 4 === 5 && head[1] === 0x2a && head[2] === 0x4d && head[3] === 0x18;
}

function frame(reader: ByteReader, head: Uint8Array): AsyncGenerator<Uint8Array> {
  const header = frameHeader(head);
  if (header === undefined) throw endsEarly();
  if (header.needsDictionary) throw unsupported("it is zstd data that needs a dictionary", "-D");
  if (header.windowSize > WINDOW_MAX) {
    const mebibytes = Math.ceil(header.windowSize / 2 ** 20);
    throw unsupported(`unpacking its zstd data would take ${mebibytes} MiB of memory`, "--long=31");
  }
  return inflated(frameBytes(reader, header), decompressor(), "zstd");
}

async function* frameBytes(reader: ByteReader, header: FrameHeader): AsyncGenerator<Uint8Array> {
  const walker = new FrameWalker(header);
  while (!walker.ended) {
    if (!await reader.more()) throw endsEarly();
    const part = reader.some(walker.walk(reader.ahead()));
    if (part !== undefined) yield part;
  }
}

/** Magic number, length in four bytes, and that many bytes for somebody else. */
async function skipFrame(reader: ByteReader, head: Uint8Array): Promise<void> {
  if (head.length < 8) throw endsEarly();
  const length = new DataView(head.buffer, head.byteOffset).getUint32(4, true);
  if (!await reader.skip(8 + length)) throw endsEarly();
}

function endsEarly(): BinimportError {
  return damaged("the zstd data ends early");
}

function unsupported(state: string, option: string): BinimportError {
  return new BinimportError("package-unsupported", state, {
    hint: `Unpack it on the way: zstd -dc ${option} FILE | binimport … -`,
  });
}

/** The longest header in bytes: magic 4, descriptor 1, window 1, dictionary id 4, content size 8. */
const FRAME_HEADER_MAX = 18;

/** What matters of a frame's header. */
export interface FrameHeader {
  /** Bytes from the magic number to the first block. */
  readonly length: number;
  /** Bytes that a decoder must keep at hand. */
  readonly windowSize: number;
  /** Whether it can only be read with a dictionary. */
  readonly needsDictionary: boolean;
  /** Whether four bytes of checksum follow the last block. */
  readonly hasChecksum: boolean;
}

/** Reads a frame header, magic included; `undefined` when `bytes` are not all of it. */
function frameHeader(bytes: Uint8Array): FrameHeader | undefined {
  const descriptor = bytes[4];
  if (descriptor === undefined) return undefined;
  const isSingleSegment = (descriptor & 0x20) !== 0;
  const windowLength = isSingleSegment ? 0 : 1;
  const idLength = [0, 1, 2, 4][descriptor & 3] ?? 0;
  const sizeLength = [isSingleSegment ? 1 : 0, 2, 4, 8][descriptor >> 6] ?? 0;
  const length = 5 + windowLength + idLength + sizeLength;
  if (bytes.length < length) return undefined;
  const contentSize = littleEndian(bytes.subarray(length - sizeLength, length));
  return {
    length,
    windowSize: isSingleSegment ? contentSize : windowSize(bytes[5] ?? 0),
    needsDictionary:
      littleEndian(bytes.subarray(5 + windowLength, 5 + windowLength + idLength)) > 0,
    hasChecksum: (descriptor & 4) !== 0,
  };
}

/** Section 3.1.1.1.2. */
function windowSize(descriptor: number): number {
  const base = 2 ** (10 + (descriptor >> 3));
  return base + base / 8 * (descriptor & 7);
}

function littleEndian(bytes: Uint8Array): number {
  return bytes.reduceRight((value, byte) => value * 256 + byte, 0);
}

/** Walks over the bytes of one frame, however they are cut into chunks. */
export class FrameWalker {
  #skip: number;
  #blockHeader: number[] = [];
  #isLast = false;
  readonly #checksumLength: number;

  /** Starts at the frame's magic number. */
  constructor(header: FrameHeader) {
    this.#skip = header.length;
    this.#checksumLength = header.hasChecksum ? 4 : 0;
  }

  /** Whether the whole frame has been walked over. */
  get ended(): boolean {
    return this.#isLast && this.#skip === 0;
  }

  /** How many of the next `bytes` are the frame's. */
  walk(bytes: Uint8Array): number {
    let at = 0;
    while (at < bytes.length && !this.ended) {
      if (this.#skip > 0) {
        const passed = Math.min(this.#skip, bytes.length - at);
        this.#skip -= passed;
        at += passed;
      } else {
        this.#blockHeader.push(bytes[at++] ?? 0);
        if (this.#blockHeader.length === 3) this.#enterBlock();
      }
    }
    return at;
  }

  /** Section 3.1.1.2: one bit "last", two bits type, 21 bits size. */
  #enterBlock(): void {
    const [low = 0, middle = 0, high = 0] = this.#blockHeader;
    const type = low >> 1 & 3;
    if (type === 3) throw damaged("the zstd data is damaged (a block of no known type)");
    const size = low >> 3 | middle << 5 | high << 13;
    this.#isLast = (low & 1) === 1;
    this.#skip = (type === 1 ? 1 : size) + (this.#isLast ? this.#checksumLength : 0);
    this.#blockHeader = [];
  }
}
