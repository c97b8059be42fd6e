/**
 * The fields of one 512-byte tar header: v7, POSIX ustar (POSIX.1-2017, pax, "ustar Interchange
 * Format") and GNU tar's variant (its manual, "Basic Tar Format").
 *
 * Each field is read when it is asked for: where an extended header overrides a name, the one here
 * may be cut in the middle of a character.
 */
import { type DecodedName, decodeName } from "../bytes.ts";

/** Bytes in a tar block. A header is one block; bodies are padded to whole blocks. */
export const BLOCK = 512;

const CHECKSUM_AT = 148;
const CHECKSUM_END = 156;
const SPACE = 0x20;
const ZERO = 0x30;

/** Whether the bytes are all zeros, as the two blocks that end an archive. */
export function isZero(bytes: Uint8Array): boolean {
  for (let at = 0; at < bytes.length; at++) if (bytes[at] !== 0) return false;
  return true;
}

/**
 * Whether this is a whole block whose checksum is right. Historic tars summed signed bytes, POSIX
 * unsigned ones: either will do, as in GNU tar.
 */
export function isHeader(block: Uint8Array): boolean {
  if (block.length < BLOCK) return false;
  const recorded = octal(block, CHECKSUM_AT, CHECKSUM_END);
  let unsigned = 0;
  let negative = 0;
  for (let at = 0; at < BLOCK; at++) {
    const byte = at >= CHECKSUM_AT && at < CHECKSUM_END ? SPACE : block[at] ?? 0;
    unsigned += byte;
    if (byte > 127) negative += 256;
  }
  return recorded === unsigned || recorded === unsigned - negative;
}

/** The type as one character; `"0"` where v7 archives have NUL. */
export function typeflagOf(header: Uint8Array): string {
  return String.fromCharCode(header[156] || ZERO);
}

/** The name, behind the ustar prefix where there is one. */
export function nameOf(header: Uint8Array): DecodedName {
  const name = text(header, 0, 100);
  const prefix = isUstar(header) ? text(header, 345, 500) : NO_TEXT;
  return prefix.text === "" ? name : { ...name, ...prefix, text: `${prefix.text}/${name.text}` };
}

/** Where a link points; `""` when the field is empty. */
export function linkNameOf(header: Uint8Array): DecodedName {
  return text(header, 157, 257);
}

/** What the size field says, in bytes; `undefined` when it holds nothing that can be a size. */
export function sizeOf(header: Uint8Array): number | undefined {
  return header[124] === 0x80 ? base256(header, 124, 136) : octal(header, 124, 136);
}

/** The permission bits, with setuid, setgid and sticky; 0644 when the field holds no number. */
export function modeOf(header: Uint8Array): number {
  return (octal(header, 100, 108) ?? 0o644) & 0o7777;
}

/** `ustar\0`. GNU tar writes `ustar  ` and keeps times where POSIX has the prefix. */
function isUstar(header: Uint8Array): boolean {
  return header[257] === 0x75 && header[258] === 0x73 && header[259] === 0x74 &&
    header[260] === 0x61 && header[261] === 0x72 && header[262] === 0;
}

const NO_TEXT: DecodedName = { text: "" };

function text(header: Uint8Array, start: number, end: number): DecodedName {
  if (header[start] === 0) return NO_TEXT;
  const nul = header.indexOf(0, start);
  return decodeName(header.subarray(start, nul === -1 || nul > end ? end : nul));
}

/**
 * Octal digits between optional spaces and a space, a NUL or the end of the field. A field of NULs
 * is 0: GNU tar leaves it so in the header of a volume label.
 */
function octal(header: Uint8Array, start: number, end: number): number | undefined {
  let at = start;
  while (at < end && header[at] === SPACE) at++;
  const first = at;
  let value = 0;
  for (; at < end; at++) {
    const digit = (header[at] ?? 0) - ZERO;
    if (digit < 0 || digit > 7) break;
    value = value * 8 + digit;
  }
  const ended = at === end || header[at] === SPACE || header[at] === 0;
  return ended && (at > first || header[start] === 0) ? value : undefined;
}

/** GNU's large numbers: 0x80, then big-endian. (0xff would begin a negative one.) */
function base256(header: Uint8Array, start: number, end: number): number | undefined {
  let value = 0;
  for (let at = start + 1; at < end; at++) value = value * 256 + (header[at] ?? 0);
  return Number.isSafeInteger(value) ? value : undefined;
}
