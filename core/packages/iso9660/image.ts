/** The tables of an ISO 9660 image: which of its directory trees is read, and what records say. */
import { damaged } from "../../util/errors.ts";
import { type DecodedName, decodeName, latin1, littleEndian } from "../bytes.ts";
import { unsupported } from "../errors.ts";
import type { RandomAccess } from "../file_source.ts";
import { uint32 } from "./rock_ridge.ts";

/** Bytes in a sector; descriptors and directories are laid out in such (ECMA-119, 6.1.2). */
const SECTOR = 2048;

/** The first volume descriptor; before it is an area for boot loaders (ECMA-119, 6.2.1). */
const FIRST_DESCRIPTOR = 16;

/** A disc has a few; more than this is no disc. */
const MAX_DESCRIPTORS = 64;

/** The bytes of an image. */
export type Image = Pick<RandomAccess, "size" | "read">;

/** Bytes of an image, which are `what`; throws code `package-damaged` when it ends before. */
export function readAll(
  { size, read }: Image,
  offset: number,
  length: number,
  what: string,
): Uint8Array {
  const bytes = read(offset, length);
  if (bytes.length === length) return bytes;
  throw damaged(`it ends before ${what}, after ${Math.min(size, offset + bytes.length)} bytes`);
}

/** A file or a directory. */
export interface DirectoryRecord {
  /** Where its bytes begin, and how many there are. */
  readonly offset: number;
  readonly size: number;
  readonly isDirectory: boolean;
  readonly identifier: Uint8Array;
  /** What extensions add: the system use field. */
  readonly extension: Uint8Array;
}

/** Bits of the file flags (ECMA-119, 9.1.6). */
const [DIRECTORY, ASSOCIATED, GOES_ON] = [0x02, 0x04, 0x80];

/** Bytes of a record before its name. */
const FIXED = 33;

/** Without its own, that of the one above, Macintosh's other halves; a file's pieces as one. */
export function* directoryRecords(
  bytes: Uint8Array,
  blockSize: number,
): Generator<DirectoryRecord> {
  let begun: DirectoryRecord | undefined;
  for (let at = 0; at < bytes.length;) {
    const length = bytes[at] ?? 0;
    if (length === 0) { // nothing more in this sector, and no record spans two
      at = (Math.floor(at / SECTOR) + 1) * SECTOR;
      continue;
    }
    const record = readRecord(bytes.subarray(at, at + length), length, blockSize);
    at += length;
    const [first = 2, ...more] = record.identifier;
    if ((record.flags & ASSOCIATED) !== 0 || first < 2 && more.length === 0) continue;
    if (begun !== undefined && begun.offset + begun.size !== record.offset) {
      throw unsupported("a file in it lies in several pieces");
    }
    const { offset, size } = begun ?? { offset: record.offset, size: 0 };
    const whole = { ...record, offset, size: size + record.size };
    begun = (record.flags & GOES_ON) !== 0 ? whole : undefined;
    if (begun === undefined) yield whole;
  }
  if (begun !== undefined) throw damaged("a file in it has no end");
}

function readRecord(bytes: Uint8Array, length: number, blockSize: number) {
  const nameLength = bytes[32] ?? 0;
  const nameEnd = FIXED + nameLength;
  if (bytes.length < length || nameLength === 0 || nameEnd > length) {
    throw damaged("a directory in it is broken");
  }
  const [, attributes = 0] = bytes;
  const flags = bytes[25] ?? 0;
  if ((flags & ASSOCIATED) === 0 && (bytes[26] !== 0 || bytes[27] !== 0)) {
    throw unsupported("a file in it is stored interleaved");
  }
  return {
    offset: (uint32(bytes, 2) + attributes) * blockSize,
    size: uint32(bytes, 10),
    isDirectory: (flags & DIRECTORY) !== 0,
    flags,
    identifier: bytes.subarray(FIXED, nameEnd),
    extension: bytes.subarray(nameEnd + (nameLength + 1) % 2, length),
  };
}

/** The record of a directory itself, which is the first one in it. */
export function ownRecord(
  image: Image,
  offset: number,
  blockSize: number,
  what: string,
): DirectoryRecord {
  const bytes = readAll(image, offset, blockSize, what);
  const own = readRecord(bytes.subarray(0, bytes[0]), bytes[0] ?? 0, blockSize);
  if (!own.isDirectory) throw damaged(`${what} in it is not a folder`);
  return own;
}

/** A directory tree of an image. */
export interface Volume {
  readonly blockSize: number;
  readonly root: DirectoryRecord;
  readonly nameOf: (identifier: Uint8Array) => DecodedName;
  /** With Rock Ridge: bytes to pass over in each system use field. */
  readonly rockRidge: number | undefined;
}

/** The tree that Linux chooses: with Rock Ridge, else Joliet's, else the plain one. */
export function chooseVolume(image: Image): Volume {
  let plain: Volume | undefined;
  let joliet: Volume | undefined;
  for (let n = 0;; n++) {
    const at = (FIRST_DESCRIPTOR + n) * SECTOR;
    const bytes = readAll(image, at, SECTOR, "the volume descriptors");
    if (n === MAX_DESCRIPTORS || latin1(bytes.subarray(1, 6)) !== "CD001") {
      throw damaged("its volume descriptors have no end");
    }
    const type = bytes[0]; // ECMA-119, 8.1: primary, supplementary, the end
    if (type === 255) break;
    if (type === 1) plain ??= volumeIn(image, bytes, plainName);
    // Level 1, 2 or 3 of UCS-2 (Joliet, section 2).
    const isJoliet = type === 2 && /^%\/[@CE]/.test(latin1(bytes.subarray(88, 91)));
    if (isJoliet) joliet ??= volumeIn(image, bytes, jolietName);
  }
  if (plain === undefined) throw damaged("it has no primary volume descriptor");
  return plain.rockRidge === undefined ? joliet ?? plain : plain;
}

function volumeIn(image: Image, descriptor: Uint8Array, nameOf: Volume["nameOf"]): Volume {
  const blockSize = littleEndian(descriptor.subarray(128, 130));
  if (![512, 1024, 2048].includes(blockSize)) throw damaged(`its blocks have ${blockSize} bytes`);
  const root = readRecord(descriptor.subarray(156, 190), 34, blockSize);
  if (!root.isDirectory) throw damaged("it has no root directory");
  const { extension } = ownRecord(image, root.offset, blockSize, "the top folder");
  const isExtended = latin1(extension.subarray(0, 6)) === "SP\x07\x01\xbe\xef";
  const rockRidge = isExtended && nameOf === plainName ? extension[6] : undefined;
  return { blockSize, root, nameOf, rockRidge };
}

/** `KUBELET.;1` is the first version of what Linux shows as `kubelet` (isofs, map=n). */
function plainName(identifier: Uint8Array): DecodedName {
  const name = decodeName(identifier);
  const text = name.text.replace(/;\d+$/, "").replace(/\.$/, "");
  return { ...name, text: text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase()) };
}

const utf16 = new TextDecoder("utf-16be", { fatal: true, ignoreBOM: true });

function jolietName(identifier: Uint8Array): DecodedName {
  try {
    return { text: utf16.decode(identifier).replace(/;\d+$/, "") };
  } catch (cause) {
    throw damaged("a name in it is not valid UTF-16", cause);
  }
}
