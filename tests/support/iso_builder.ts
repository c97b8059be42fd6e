/** Builds small ISO 9660 images byte by byte, right ones and wrong ones. */
import { join } from "./tar_builder.ts";

const SECTOR = 2048;
const encoder = new TextEncoder();

/** One directory record. What is not given makes it an empty plain file. */
export interface IsoRecord {
  /** The identifier, or its bytes. */
  readonly name: string | Uint8Array;
  /** Default: 0. */
  readonly block?: number;
  /** Default: 0. */
  readonly size?: number;
  /** Default: 0, a file; 2 is a directory, 0x80 a file that goes on. */
  readonly flags?: number;
  /** The system use field. */
  readonly extension?: Uint8Array;
  /** File unit size and gap. Default: 0, not interleaved. */
  readonly interleave?: number;
  /** Default: what it is in fact. */
  readonly length?: number;
}

/** The block in which the root directory of {@linkcode isoImage} lies. */
export const ROOT_BLOCK = 18;

/** The first block behind it. */
export const FREE_BLOCK = 19;

/** An image whose root directory has these records behind its own two, and then these blocks. */
export function isoImage(
  records: readonly IsoRecord[],
  blocks: readonly Uint8Array[] = [],
  { rootSize = SECTOR, rockRidge = false } = {},
): Uint8Array<ArrayBuffer> {
  const root: IsoRecord = { name: "\0", block: ROOT_BLOCK, size: rootSize, flags: 2 };
  const primary = descriptor(1);
  new DataView(primary.buffer).setUint16(128, SECTOR, true);
  primary.set(isoRecord(root), 156);
  const self = rockRidge ? { ...root, extension: susp("SP", 0xbe, 0xef, 0) } : root;
  return join(
    new Uint8Array(16 * SECTOR),
    primary,
    descriptor(255),
    isoDirectory([self, { ...root, name: "\x01" }, ...records]),
    ...blocks.map((block) => sector(block)),
  );
}

/** The sector of a directory. */
export function isoDirectory(records: readonly IsoRecord[]): Uint8Array {
  return sector(join(...records.map(isoRecord)));
}

/** A field of Rock Ridge: signature, length, version 1, and these bytes. */
export function susp(signature: string, ...data: readonly number[]): Uint8Array {
  return Uint8Array.from([...encoder.encode(signature), data.length + 4, 1, ...data]);
}

/** A number of 32 bits in both orders of bytes. */
export function both32(value: number): number[] {
  const little = [0, 8, 16, 24].map((shift) => Math.floor(value / 2 ** shift) % 256);
  return [...little, ...little.toReversed()];
}

function isoRecord(record: IsoRecord): Uint8Array {
  const { name, block = 0, size = 0, flags = 0, extension = new Uint8Array(0) } = record;
  const identifier = typeof name === "string" ? encoder.encode(name) : name;
  const padding = (identifier.length + 1) % 2;
  const bytes = new Uint8Array(33 + identifier.length + padding + extension.length);
  bytes[0] = record.length ?? bytes.length;
  bytes.set(both32(block), 2);
  bytes.set(both32(size), 10);
  bytes[25] = flags;
  bytes[26] = record.interleave ?? 0;
  bytes[32] = identifier.length;
  bytes.set(identifier, 33);
  bytes.set(extension, 33 + identifier.length + padding);
  return bytes;
}

function descriptor(type: number): Uint8Array<ArrayBuffer> {
  return sector(Uint8Array.from([type, ...encoder.encode("CD001"), 1]));
}

function sector(content: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(Math.ceil(content.length / SECTOR) * SECTOR);
  bytes.set(content);
  return bytes;
}
