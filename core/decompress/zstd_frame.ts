/** Where a Zstandard frame ends: RFC 8878, section 3.1. */
import { damaged } from "../damaged.ts";

/** The longest header in bytes: magic 4, descriptor 1, window 1, dictionary id 4, content size 8. */
export const FRAME_HEADER_MAX = 18;

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
export function frameHeader(bytes: Uint8Array): FrameHeader | undefined {
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
