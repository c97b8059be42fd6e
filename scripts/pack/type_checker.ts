/** Takes out of Deno what `deno run` never needs, and what cannot be compressed once more. */
import { Buffer } from "node:buffer";
import { zstdDecompressSync } from "node:zlib";

/** RFC 8878: how a frame begins. */
const MAGIC = new Uint8Array([0x28, 0xb5, 0x2f, 0xfd]);

/**
 * Deno with zeros in place of TypeScript's compiler, the declarations of all APIs and what
 * `deno compile` puts in front of an AppImage: 3.1 MB of Deno 2.9.5, which keeps nothing but these as
 * zstd frames and inflates one when it is asked for. Plug-ins in TypeScript are run without any.
 * Throws when there is no compiler: then something else is kept so.
 */
export function withoutTypeChecker(program: Uint8Array): Uint8Array {
  const bytes = Buffer.from(program);
  let isFound = false;
  for (let at = bytes.indexOf(MAGIC); at >= 0; at = bytes.indexOf(MAGIC, at + MAGIC.length)) {
    const frame = bytes.subarray(at, frameEnd(bytes, at));
    const content = inflated(frame);
    isFound ||= content?.includes("function createTypeChecker(") ?? false;
    if (content !== undefined) frame.fill(0);
  }
  if (!isFound) throw new Error("Cannot find the type checker in Deno");
  return bytes;
}

/** Undefined for what looks like a frame and is none. */
function inflated(frame: Uint8Array): Buffer | undefined {
  try {
    return zstdDecompressSync(frame);
  } catch {
    return undefined;
  }
}

/** Where the blocks of a frame end, and its checksum (sections 3.1.1.1 and 3.1.1.2). */
function frameEnd(bytes: Buffer, start: number): number {
  const descriptor = bytes[start + 4] ?? 0;
  const isSingleSegment = (descriptor & 0x20) !== 0;
  const sizeLength = [isSingleSegment ? 1 : 0, 2, 4, 8][descriptor >> 6] ?? 0;
  let at = start + 5 + (isSingleSegment ? 0 : 1) + ([0, 1, 2, 4][descriptor & 3] ?? 0) + sizeLength;
  for (let isLast = false; !isLast && at + 3 <= bytes.length;) {
    const block = bytes.readUIntLE(at, 3);
    isLast = (block & 1) === 1;
    at += 3 + ((block >> 1 & 3) === 1 ? 1 : block >> 3);
  }
  return at + ((descriptor & 4) !== 0 ? 4 : 0);
}
