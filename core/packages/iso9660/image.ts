/** The tables of an ISO 9660 image: which of its directory trees is read, and what records say. */
import { damaged } from "../../util/errors.ts";
import { unsupported } from "../errors.ts";
import { type DecodedName, decodeName } from "../member_name.ts";
import type { RandomAccess } from "../sources/mod.ts";
import { suspSkip, uint32 } from "./rock_ridge.ts";

/** Bytes in a sector; descriptors and directories are laid out in such (ECMA-119, 6.1.2). */
const SECTOR = 2048;

/** The first volume descriptor; before it is the system area, for boot loaders (ECMA-119, 6.2.1). */
const FIRST_DESCRIPTOR = 16;

/** The bytes of an image. */
export interface Image {
  /** Its length in bytes. */
  readonly size: number;
  /** Bytes of it; throws code `package-damaged` when it ends before. `what` is what they are. */
  read(offset: number, length: number, what: string): Uint8Array;
}

/** An image over bytes that `read` gives, fewer where they end. */
export function imageOver({ size, read }: Pick<RandomAccess, "size" | "read">): Image {
  return {
    size,
    read(offset, length, what) {
      const bytes = read(offset, length);
      if (bytes.length === length) return bytes;
      throw damaged(`it ends before ${what}, after ${Math.min(size, offset + bytes.length)} bytes`);
    },
  };
}

/** One volume descriptor (ECMA-119, 8.1). */
interface VolumeDescriptor {
  /** 1: primary; 2: supplementary, such as Joliet's; 255: the last one. */
  readonly type: number;
  readonly bytes: Uint8Array;
}

/** A disc has a few; more than this is no disc. */
const MAX_DESCRIPTORS = 64;

/** The volume descriptors, but for the one that ends them. */
function* volumeDescriptors(image: Image): Generator<VolumeDescriptor> {
  for (let n = 0; n < MAX_DESCRIPTORS; n++) {
    const offset = (FIRST_DESCRIPTOR + n) * SECTOR;
    const bytes = image.read(offset, SECTOR, "the volume descriptors");
    if (String.fromCharCode(...bytes.subarray(1, 6)) !== "CD001") break;
    const [type = 255] = bytes;
    if (type === 255) return;
    yield { type, bytes };
  }
  throw damaged("its volume descriptors have no end");
}

/** One record: a file, a part of a file, or a directory. */
export interface DirectoryRecord {
  /** Where its bytes begin, in logical blocks. */
  readonly block: number;
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
function readRecord(
  bytes: Uint8Array,
  length: number = bytes.length,
): DirectoryRecord | undefined {
  const nameLength = bytes[32] ?? 0;
  const nameEnd = FIXED + nameLength;
  if (bytes.length < length || nameLength === 0 || nameEnd > length) {
    throw damaged("a directory in it is broken");
  }
  const flags = bytes[25] ?? 0;
  if ((flags & ASSOCIATED) !== 0) return undefined;
  if (bytes[26] !== 0 || bytes[27] !== 0) {
    throw unsupported("a file in it is stored interleaved");
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

/** A directory tree of an image. */
export interface Volume {
  /** Bytes in a logical block. */
  readonly blockSize: number;
  readonly root: DirectoryRecord;
  /** The plain name of a record. */
  readonly nameOf: (identifier: Uint8Array) => DecodedName;
  /** With Rock Ridge: bytes to pass over in each system use field. */
  readonly rockRidge: number | undefined;
}

/** A directory of more bytes than this is an attack: it has some hundred thousand entries. */
export const MAX_DIRECTORY: number = 128 * 1024 * 1024;

/**
 * The tree with the fullest names, as Linux chooses it: with Rock Ridge, else Joliet's, else the
 * plain one.
 */
export function chooseVolume(image: Image): Volume {
  let plain: Volume | undefined;
  let joliet: Volume | undefined;
  for (const { type, bytes } of volumeDescriptors(image)) {
    if (type === 1) plain ??= volumeIn(image, bytes, plainName);
    else if (type === 2 && isJoliet(bytes)) joliet ??= volumeIn(image, bytes, jolietName);
  }
  if (plain === undefined) throw damaged("it has no primary volume descriptor");
  return plain.rockRidge === undefined ? joliet ?? plain : plain;
}

function volumeIn(image: Image, descriptor: Uint8Array, nameOf: Volume["nameOf"]): Volume {
  const blockSize = uint32(descriptor.subarray(128, 130), 0);
  if (![512, 1024, 2048].includes(blockSize)) throw damaged(`its blocks have ${blockSize} bytes`);
  const root = readRecord(descriptor.subarray(156, 190));
  if (root?.isDirectory !== true) throw damaged("it has no root directory");
  const first = image.read(root.block * blockSize, Math.min(root.size, SECTOR), "its directories");
  const [self] = directoryRecords(first);
  const rockRidge = nameOf === plainName && self !== undefined
    ? suspSkip(self.extension)
    : undefined;
  return { blockSize, root, nameOf, rockRidge };
}

/** Level 1, 2 or 3 of UCS-2, by its escape sequence `%/@`, `%/C` or `%/E` (Joliet, section 2). */
function isJoliet(descriptor: Uint8Array): boolean {
  return /^%\/[@CE]/.test(String.fromCharCode(...descriptor.subarray(88, 91)));
}

/** `KUBELET.;1` is the first version of `KUBELET`, which Linux shows as `kubelet` (isofs, map=n). */
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
