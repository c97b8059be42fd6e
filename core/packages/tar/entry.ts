/**
 * What one entry is, from its header (v7, POSIX ustar (POSIX.1-2017, pax), GNU tar's variant) and the
 * extended headers before it. Fields are read when asked for: a name that is overridden may be cut in
 * the middle of a character.
 */
import { type BinimportError, damaged } from "../../util/errors.ts";
import { type DecodedName, decodeName, quoteName } from "../bytes.ts";
import { unsupported } from "../errors.ts";

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

/** What an entry is; `device` stands for character and block devices and FIFOs. */
export type TarEntryType = "file" | "directory" | "hardlink" | "symlink" | "device";

/** The facts of an entry, without its body. */
export interface TarFields {
  /** As in the archive, after pax and GNU long names; neither normalised nor stripped. */
  readonly name: string;
  readonly type: TarEntryType;
  /** Bytes of the body; 0 for everything but files. */
  readonly size: number;
  /** Permission bits with setuid, setgid and sticky, as recorded. */
  readonly mode: number;
  /** Where a link points, as recorded; `""` for everything else. */
  readonly linkName: string;
  /** Why its names are not what they seem, so that it can only be left out. */
  readonly fault?: BinimportError;
}

/** Reads an entry's header; `stored` is how many bytes follow it in the archive, unpadded. */
export function readEntry(
  header: Uint8Array,
  { path, longName, linkpath, longLink, size }: Overrides,
): { fields: TarFields; stored: number } {
  const { text: name, fault } = path ?? longName ?? nameOf(header);
  if (name === "") throw damaged("an entry in it has no name");
  // Links, devices and directories hold no bytes, whatever their size field says: POSIX lets it be
  // the link's target's size, or a directory's quota. GNU tar reads hard links the same way.
  const typeflag = typeflagOf(header);
  const stored = "123456".includes(typeflag) ? 0 : size ?? sizeOf(header);
  if (stored === undefined) throw damaged(`the size of ${quoteName(name)} in it is impossible`);
  const type = typeOf(typeflag, name, stored);
  const isLink = type === "hardlink" || type === "symlink";
  const link: DecodedName = isLink
    ? linkpath ?? longLink ?? textIn(header, 157, 257)
    : { text: "" };
  const wrong = fault ?? link.fault;
  const fields = {
    name,
    type,
    size: type === "file" ? stored : 0,
    mode: modeOf(header),
    linkName: link.text,
    ...(wrong === undefined ? {} : { fault: wrong }),
  };
  return { fields, stored };
}

const TYPES: Readonly<Record<string, TarEntryType>> = {
  1: "hardlink",
  2: "symlink",
  3: "device",
  4: "device",
  5: "directory",
  6: "device",
  D: "directory", // GNU tar --incremental: followed by the list of what was in it
};

function typeOf(typeflag: string, name: string, stored: number): TarEntryType {
  const type = TYPES[typeflag];
  if (type !== undefined) return type;
  if (typeflag === "S") throw sparseError();
  if (/[A-Z]/.test(typeflag)) {
    const [what, how] = typeflag === "M"
      ? ["continues a file of another volume", "without --multi-volume"]
      : ["is of no known type", "with a current GNU tar or bsdtar"];
    const state = `${quoteName(name)} in it ${what} (tar type "${typeflag}")`;
    throw unsupported(state, `Make the archive again ${how}.`);
  }
  // A type nobody knows is a file, says POSIX; before POSIX a directory was a name with a slash.
  if (!name.endsWith("/")) return "file";
  if (stored === 0) return "directory";
  throw damaged(`${quoteName(name)} in it is named like a directory but holds ${stored} bytes`);
}

function sparseError(): BinimportError {
  const hint = "Make the archive again without --sparse, by bsdtar with --no-read-sparse.";
  return unsupported("it holds a sparse file in GNU tar's format", hint);
}

/** The name, behind the prefix of POSIX where there is one. GNU tar keeps times there. */
function nameOf(header: Uint8Array): DecodedName {
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
function modeOf(header: Uint8Array): number {
  return (octal(header, 100, 108) ?? 0o644) & 0o7777;
}

/** A text that ends at a NUL or with its field. */
function textIn(bytes: Uint8Array, start: number, end: number): DecodedName {
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

/** What extended headers override. An absent field leaves the header's own value. */
interface Overrides {
  readonly path?: DecodedName;
  readonly linkpath?: DecodedName;
  readonly size?: number;
  /** Where GNU tar found the header's field too short. */
  readonly longName?: DecodedName;
  readonly longLink?: DecodedName;
}

/** What the headers before an entry's own have said so far. */
export interface Extensions {
  /** For every entry that follows. */
  globals: Overrides;
  /** For the next entry, with the globals in it. */
  next: Overrides | undefined;
}

/** Types of headers that only say something of others. `V` is GNU tar's volume label. */
export const EXTENSIONS = "xXgLKV";

/** Adds what one such header says; `X` is what Solaris wrote before POSIX settled on `x`. */
export function extend(known: Extensions, typeflag: string, body: Uint8Array): void {
  const next = known.next ?? known.globals;
  const text = () => textIn(body, 0, body.length);
  if (typeflag === "g") known.globals = readPax(body, known.globals);
  else if (typeflag === "L") known.next = { ...next, longName: text() };
  else if (typeflag === "K") known.next = { ...next, longLink: text() };
  else if (typeflag !== "V") known.next = readPax(body, next);
}

const ascii = new TextDecoder("latin1");
const [SPACE, EQUALS, NEWLINE] = [0x20, 0x3d, 0x0a];

/** Adds records `LENGTH KEYWORD=VALUE\n`; LENGTH counts the whole one in decimal. */
function readPax(body: Uint8Array, known: Overrides): Overrides {
  let overrides = known;
  for (let start = 0; start < body.length;) {
    const space = body.indexOf(SPACE, start);
    const end = start + (space === -1 ? NaN : decimal(body.subarray(start, space)));
    const equals = body.indexOf(EQUALS, space);
    if (!(end <= body.length && body[end - 1] === NEWLINE && equals > space && equals < end)) {
      throw damaged("an extended header in it is broken");
    }
    const keyword = ascii.decode(body.subarray(space + 1, equals));
    const value = body.subarray(equals + 1, end - 1);
    start = end;
    if (keyword.startsWith("GNU.sparse.")) throw sparseError();
    if (keyword === "path" || keyword === "linkpath") {
      overrides = { ...overrides, [keyword]: decodeName(value) };
    } else if (keyword === "size") {
      const size = decimal(value);
      if (!Number.isSafeInteger(size)) {
        throw damaged("an extended header in it holds an impossible size");
      }
      overrides = { ...overrides, size };
    }
  }
  return overrides;
}

function decimal(bytes: Uint8Array): number {
  const text = ascii.decode(bytes);
  return /^\d+$/.test(text) ? Number(text) : NaN;
}
