/** Takes out of Deno what `deno run` never needs, and what cannot be compressed once more. */
import { Buffer } from "node:buffer";
import { zstdDecompressSync } from "node:zlib";
import { frameHeader } from "../../core/packages/compression/zstd.ts";
import { tried } from "../../core/util/tried.ts";

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
    const found = frameAt(bytes, at);
    isFound ||= found?.content.includes("function createTypeChecker(") ?? false;
    found?.frame.fill(0);
  }
  if (!isFound) throw new Error("Cannot find the type checker in Deno");
  return bytes;
}

/** Undefined for what looks like a frame and is none. */
function frameAt(bytes: Buffer, start: number) {
  return tried(() => {
    const { hasChecksum, headerLength } = frameHeader(bytes.subarray(start));
    const frame = bytes.subarray(
      start,
      blocksEnd(bytes, start + headerLength) + (hasChecksum ? 4 : 0),
    );
    return { frame, content: zstdDecompressSync(frame) };
  });
}

/** Where the blocks of a frame end (section 3.1.1.2). */
function blocksEnd(bytes: Buffer, start: number): number {
  for (let at = start;;) {
    const block = bytes.readUIntLE(at, 3);
    at += 3 + ((block >> 1 & 3) === 1 ? 1 : block >> 3);
    if ((block & 1) === 1) return at;
  }
}
