/**
 * Zstandard (RFC 8878), one frame or many, with skippable frames between them.
 *
 * Each frame is given to a decompressor of its own, and only when the walk over its blocks has
 * shown where it ends: Deno's (2.9.5) drops every frame that comes in one chunk with the one before
 * it, and takes a frame for whole whose checksum is cut off.
 */
import zlib from "node:zlib";
import { ByteReader } from "../byte_reader.ts";
import { damaged } from "../damaged.ts";
import { BinimportError } from "../errors.ts";
import { notPadding } from "./not_padding.ts";
import { CHUNK_SIZES, inflated } from "./zlib_stream.ts";
import { FRAME_HEADER_MAX, type FrameHeader, frameHeader, FrameWalker } from "./zstd_frame.ts";

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
