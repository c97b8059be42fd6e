/**
 * The fields of one 512-byte tar header: v7, POSIX ustar (POSIX.1-2017, pax) and GNU tar's variant.
 * Each is read when asked for: a name that is overridden may be cut in the middle of a character.
 */
import { type DecodedName, decodeName } from "../bytes.ts";

/** Bytes in a tar block. A header is one block; bodies are padded to whole blocks. */
export const BLOCK = 512;

/** POSIX; GNU tar has `ustar  `. */
const USTAR = [0x75, 0x73, 0x74, 0x61, 0x72, 0];

const [CHECKSUM_AT, CHECKSUM_END] = [148, 156];

/** Whether the bytes are all zeros, as the two blocks that end an archive. */
export function isZero(bytes: Uint8Array): boolean {
  for (let at = 0; at < bytes.length; at++) if (bytes[at] !== 0) return false;
  return true;
}

/** Whether this is a whole block whose checksum is right, of unsigned bytes or, as once, signed. */
export function isHeader(block: Uint8Array): boolean {
  if (block.length < BLOCK) return false;
  const recorded = octal(block, CHECKSUM_AT, CHECKSUM_END);
  let unsigned = 0;
  let negative = 0;
  for (let at = 0; at < BLOCK; at++) {
    const byte = at >= CHECKSUM_AT && at < CHECKSUM_END ? 0x20 : block[at] ?? 0;
    unsigned += byte;
    if (byte > 127) negative += 256;
  }
  return recorded === unsigned || recorded === unsigned - negative;
}

/** The type as one character; `"0"` where v7 archives have NUL. */
export function typeflagOf(header: Uint8Array): string {
  return String.fromCharCode(header[156] || 0x30);
}

/** The name, behind the prefix of POSIX where there is one. GNU tar keeps times there. */
export function nameOf(header: Uint8Array): DecodedName {
  const name = textIn(header, 0, 100);
  const isPosix = USTAR.every((byte, i) => header[257 + i] === byte);
  if (!isPosix || header[345] === 0) return name;
  const prefix = textIn(header, 345, 500);
  return { ...name, ...prefix, text: `${prefix.text}/${name.text}` };
}

/** What the size field says, in bytes; `undefined` when it holds nothing that can be a size. */
export function sizeOf(header: Uint8Array): number | undefined {
  if (header[124] !== 0x80) return octal(header, 124, 136);
  // GNU's large numbers are big-endian behind that byte. (0xff would begin a negative one.)
  const size = header.subarray(125, 136).reduce((value, byte) => value * 256 + byte, 0);
  return Number.isSafeInteger(size) ? size : undefined;
}

/** The permission bits, with setuid, setgid and sticky; 0644 when the field holds no number. */
export function modeOf(header: Uint8Array): number {
  return (octal(header, 100, 108) ?? 0o644) & 0o7777;
}

/** A text that ends at a NUL or with its field. */
export function textIn(bytes: Uint8Array, start: number, end: number): DecodedName {
  const nul = bytes.indexOf(0, start);
  return decodeName(bytes.subarray(start, nul === -1 || nul > end ? end : nul));
}

/**
 * Octal digits between optional spaces and a space, a NUL or the end of the field; a field of NULs is
 * 0, as in the header of GNU tar's volume labels. A loop, not a pattern: that would take a third of
 * the time in which an archive of small files is read.
 */
function octal(header: Uint8Array, start: number, end: number): number | undefined {
  let at = start;
  while (at < end && header[at] === 0x20) at++;
  const first = at;
  let value = 0;
  for (; at < end; at++) {
    const digit = (header[at] ?? 0) - 0x30;
    if (digit < 0 || digit > 7) break;
    value = value * 8 + digit;
  }
  const ended = at === end || header[at] === 0x20 || header[at] === 0;
  return ended && (at > first || header[start] === 0) ? value : undefined;
}
