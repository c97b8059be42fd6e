/**
 * Zstandard (RFC 8878), one frame or many, with skippable frames between them.
 *
 * Each frame is inflated by itself, up to where the walk over its blocks shows that it ends: Deno's
 * decompressor (2.9.5) takes a frame for whole whose checksum is cut off.
 */
import type { ByteReader } from "../../util/byte_reader.ts";
import { type BinimportError, damaged } from "../../util/errors.ts";
import { littleEndian } from "../bytes.ts";
import { unsupported } from "../errors.ts";
import { type Inflater, inflaterFor, notPadding } from "./inflater.ts";

/** Magic numbers; there are 16 of skippable frames. */
const [FRAME, SKIPPABLE] = [0xfd2fb528, 0x184d2a50];

/** What libzstd, too, allows unless told otherwise (`zstd --long=27`). */
const WINDOW_MAX = 128 << 20;

/** The uncompressed bytes. */
export async function* unzstd(reader: ByteReader): AsyncGenerator<Uint8Array> {
  try {
    using inflater = await inflaterFor("zstd", reader);
    while (await reader.more()) {
      const head = await reader.peek(FRAME_HEADER_MAX);
      const magic = littleEndian(head.subarray(0, 4));
      if (magic === FRAME) yield* frame(inflater, reader, head);
      else if (magic >= SKIPPABLE && magic <= SKIPPABLE + 15) await skipFrame(reader, head);
      else throw head.length < 4 ? endsEarly() : notPadding("zstd");
    }
  } finally {
    await reader.close();
  }
}

function frame(
  inflater: Inflater,
  reader: ByteReader,
  head: Uint8Array,
): AsyncGenerator<Uint8Array> {
  const header = frameHeader(head);
  if (header === undefined) throw endsEarly();
  if (header.needsDictionary) throw refused("it is zstd data that needs a dictionary", "-D");
  if (header.windowSize > WINDOW_MAX) {
    const mebibytes = Math.ceil(header.windowSize / 2 ** 20);
    throw refused(`unpacking its zstd data would take ${mebibytes} MiB of memory`, "--long=31");
  }
  return inflater.inflate(frameBytes(reader, header));
}

/** The bytes of one frame, as many blocks in one piece as there are in a chunk: each piece costs. */
async function* frameBytes(reader: ByteReader, header: FrameHeader): AsyncGenerator<Uint8Array> {
  let left = header.length; // bytes up to the next block, or to the end behind the last one
  let isLast = false;
  while (!isLast || left > 0) {
    const ahead = reader.ahead();
    let end = 0;
    while (!isLast && end + left + BLOCK_HEADER <= ahead.length) {
      end += left;
      const block = blockAt(ahead, end);
      isLast = block.isLast;
      left = block.length + (isLast && header.hasChecksum ? 4 : 0);
    }
    const passed = Math.min(left, ahead.length - end);
    left -= passed;
    const part = reader.some(end + passed);
    if (part !== undefined) yield part;
    if (left > 0 || isLast) {
      if (left > 0 && !await reader.more()) throw endsEarly();
    } else if ((await reader.peek(BLOCK_HEADER)).length < BLOCK_HEADER) throw endsEarly();
  }
}

const BLOCK_HEADER = 3;

/** Section 3.1.1.2: one bit "last", two bits type, 21 bits size. */
function blockAt(bytes: Uint8Array, at: number): { isLast: boolean; length: number } {
  const header = littleEndian(bytes.subarray(at, at + BLOCK_HEADER));
  const type = header >> 1 & 3;
  if (type === 3) throw damaged("the zstd data is damaged (a block of no known type)");
  return { isLast: (header & 1) === 1, length: BLOCK_HEADER + (type === 1 ? 1 : header >> 3) };
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

function refused(state: string, option: string): BinimportError {
  return unsupported(state, `Unpack it on the way: zstd -dc ${option} FILE | binimport … -`);
}

/** The longest header in bytes: magic 4, descriptor 1, window 1, dictionary id 4, content size 8. */
const FRAME_HEADER_MAX = 18;

/** What matters of a frame's header. */
interface FrameHeader {
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
