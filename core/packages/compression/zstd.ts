/**
 * Zstandard (RFC 8878), frame by frame, each to where its blocks end: Deno's decompressor (2.9.5)
 * takes one for whole whose checksum is cut off.
 */
import type { ByteReader } from "../../util/byte_reader.ts";
import { type BinimportError, damaged } from "../../util/errors.ts";
import { littleEndian } from "../bytes.ts";
import { unsupported } from "../errors.ts";
import { inflaterFor, notPadding } from "./inflater.ts";

/** Magic numbers; there are 16 of skippable frames. */
const [FRAME, SKIPPABLE] = [0xfd2fb528, 0x184d2a50];

/** What libzstd, too, allows unless told otherwise (`zstd --long=27`). */
const WINDOW_MAX = 128 << 20;

/** Bytes of the longest header: magic 4, descriptor 1, window 1, dictionary id 4, length 8. */
const HEADER_MAX = 18;

const BLOCK_HEADER = 3;

/** The uncompressed bytes. */
export async function* unzstd(reader: ByteReader): AsyncGenerator<Uint8Array> {
  try {
    using inflater = await inflaterFor("zstd", reader);
    while (await reader.more()) {
      const head = await reader.peek(HEADER_MAX);
      const magic = littleEndian(head.subarray(0, 4));
      if (magic === FRAME) yield* inflater.inflate(frameBytes(reader, head));
      else if (magic >= SKIPPABLE && magic <= SKIPPABLE + 15) {
        // Its length stands in four bytes; what follows is for somebody else.
        const length = 8 + littleEndian(head.subarray(4, 8));
        if (head.length < 8 || !await reader.skip(length)) throw endsEarly();
      } else throw head.length < 4 ? endsEarly() : notPadding("zstd");
    }
  } finally {
    await reader.close();
  }
}

/** The bytes of one frame, in one piece all blocks that are in a chunk: each piece costs. */
async function* frameBytes(reader: ByteReader, head: Uint8Array): AsyncGenerator<Uint8Array> {
  const { hasChecksum, headerLength } = frameHeader(head);
  let left = headerLength; // bytes up to the next block, or to the end behind the last one
  let isLast = false;
  while (!isLast || left > 0) {
    const ahead = reader.ahead();
    let end = 0;
    while (!isLast && end + left + BLOCK_HEADER <= ahead.length) {
      end += left;
      // Section 3.1.1.2: one bit "last", two bits type, 21 bits size.
      const block = littleEndian(ahead.subarray(end, end + BLOCK_HEADER));
      const type = block >> 1 & 3;
      if (type === 3) throw damaged("the zstd data is damaged (a block of no known type)");
      isLast = (block & 1) === 1;
      left = BLOCK_HEADER + (type === 1 ? 1 : block >> 3) + (isLast && hasChecksum ? 4 : 0);
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

function endsEarly(): BinimportError {
  return damaged("the zstd data ends early");
}

/** What matters of a frame's header (section 3.1.1.1); throws for what Deno cannot inflate. */
export function frameHeader(
  bytes: Uint8Array,
): { readonly hasChecksum: boolean; readonly headerLength: number } {
  const [descriptor = 0, window = 0] = bytes.subarray(4);
  const isSingleSegment = (descriptor & 0x20) !== 0;
  const idAt = isSingleSegment ? 5 : 6;
  const sizeAt = idAt + ([0, 1, 2, 4][descriptor & 3] ?? 0);
  const end = sizeAt + ([isSingleSegment ? 1 : 0, 2, 4, 8][descriptor >> 6] ?? 0);
  if (bytes.length < end) throw endsEarly();
  const base = 2 ** (10 + (window >> 3));
  const windowSize = isSingleSegment
    ? littleEndian(bytes.subarray(sizeAt, end))
    : base + base / 8 * (window & 7);
  const refuse = (state: string, option: string): never => {
    throw unsupported(state, `Unpack it on the way: zstd -dc ${option} FILE | binimport … -`);
  };
  if (littleEndian(bytes.subarray(idAt, sizeAt)) > 0) {
    refuse("it is zstd data that needs a dictionary", "-D");
  }
  if (windowSize > WINDOW_MAX) {
    const mebibytes = Math.ceil(windowSize / 2 ** 20);
    refuse(`unpacking its zstd data would take ${mebibytes} MiB of memory`, "--long=31");
  }
  return { hasChecksum: (descriptor & 4) !== 0, headerLength: end };
}
