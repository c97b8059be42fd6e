/** The records of a directory (ECMA-119, 9.1). */
import { damaged } from "../damaged.ts";
import { BinimportError } from "../errors.ts";
import { SECTOR } from "./image.ts";

/** One record: a file, a part of a file, or a directory. */
export interface DirectoryRecord {
  /** Where its bytes begin, in logical blocks. */
  readonly block: number;
  /** How many they are. */
  readonly size: number;
  readonly isDirectory: boolean;
  /** A file goes on in the next record, as one of 4 GiB and more does. */
  readonly goesOn: boolean;
  /** Its name as it stands: `\0` for the directory itself, `\x01` for the one above. */
  readonly identifier: Uint8Array;
  /** What extensions add: the system use field. */
  readonly extension: Uint8Array;
}

/** Bits of the file flags (ECMA-119, 9.1.6). */
const DIRECTORY = 0x02;
const ASSOCIATED = 0x04;
const GOES_ON = 0x80;

/** Bytes of a record before its identifier. */
const FIXED = 33;

/** The records in a directory's bytes; none spans two sectors. */
export function* directoryRecords(bytes: Uint8Array): Generator<DirectoryRecord> {
  for (let at = 0; at < bytes.length;) {
    const length = bytes[at] ?? 0;
    if (length === 0) {
      at = (Math.floor(at / SECTOR) + 1) * SECTOR; // nothing more in this sector
      continue;
    }
    const record = readRecord(bytes.subarray(at, at + length), length);
    at += length;
    if (record !== undefined) yield record;
  }
}

/** The record in these bytes; undefined for the other half of a Macintosh file. */
export function readRecord(bytes: Uint8Array, length = bytes.length): DirectoryRecord | undefined {
  const nameLength = bytes[32] ?? 0;
  const nameEnd = FIXED + nameLength;
  if (bytes.length < length || nameLength === 0 || nameEnd > length) {
    throw damaged("a directory in it is broken");
  }
  const flags = bytes[25] ?? 0;
  if ((flags & ASSOCIATED) !== 0) return undefined;
  if (bytes[26] !== 0 || bytes[27] !== 0) {
    throw new BinimportError("package-unsupported", "a file in it is stored interleaved");
  }
  const [attributes = 0] = bytes.subarray(1);
  return {
    block: uint32(bytes, 2) + attributes,
    size: uint32(bytes, 10),
    isDirectory: (flags & DIRECTORY) !== 0,
    goesOn: (flags & GOES_ON) !== 0,
    identifier: bytes.subarray(FIXED, nameEnd),
    extension: bytes.subarray(nameEnd + (nameLength + 1) % 2, length),
  };
}

/** A number that stands in both orders of bytes, of which the little-endian one comes first. */
export function uint32(bytes: Uint8Array, at: number): number {
  const [a = 0, b = 0, c = 0, d = 0] = bytes.subarray(at, at + 4);
  return a + b * 2 ** 8 + c * 2 ** 16 + d * 2 ** 24;
}

/** Likewise, of 16 bits. */
export function uint16(bytes: Uint8Array, at: number): number {
  const [a = 0, b = 0] = bytes.subarray(at, at + 2);
  return a + b * 2 ** 8;
}
