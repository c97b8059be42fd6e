/** What one entry is, from its header and the extended headers before it. */
import { type BinimportError, damaged } from "../../util/errors.ts";
import { unsupported } from "../errors.ts";
import { type DecodedName, decodeName, quoteName } from "../bytes.ts";
import { linkNameOf, modeOf, nameOf, sizeOf, typeflagOf } from "./header.ts";

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

const NO_LINK: DecodedName = { text: "" };

/** Reads an entry's header; `stored` is how many bytes follow it in the archive, unpadded. */
export function readEntry(
  header: Uint8Array,
  { pax, longName, longLink }: Extensions,
): { fields: TarFields; stored: number } {
  const { text: name, fault } = pax.path ?? longName ?? nameOf(header);
  if (name === "") throw damaged("an entry in it has no name");
  const stored = storedSize(header, pax.size, name);
  const type = typeOf(typeflagOf(header), name, stored);
  const isLink = type === "hardlink" || type === "symlink";
  const link = isLink ? pax.linkpath ?? longLink ?? linkNameOf(header) : NO_LINK;
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

/**
 * Links, devices and directories hold no bytes, whatever their size field says: POSIX lets it be
 * the link's target's size, or a directory's quota. GNU tar reads hard links the same way.
 */
function storedSize(header: Uint8Array, paxSize: number | undefined, name: string): number {
  if ("123456".includes(typeflagOf(header))) return 0;
  const size = paxSize ?? sizeOf(header);
  if (size !== undefined) return size;
  throw damaged(`the size of ${quoteName(name)} in it is impossible`);
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
  if (typeflag >= "A" && typeflag <= "Z") throw vendorError(typeflag, name);
  return fileOrDirectory(name, stored);
}

/** A type nobody knows is a file, says POSIX; before POSIX a directory was a name with a slash. */
function fileOrDirectory(name: string, stored: number): TarEntryType {
  if (!name.endsWith("/")) return "file";
  if (stored === 0) return "directory";
  throw damaged(`${quoteName(name)} in it is named like a directory but holds ${stored} bytes`);
}

function vendorError(typeflag: string, name: string): BinimportError {
  const [what, hint] = typeflag === "M"
    ? ["continues a file of another volume", "without --multi-volume"]
    : ["is of no known type", "with a current GNU tar or bsdtar"];
  return unsupported(
    `${quoteName(name)} in it ${what} (tar type "${typeflag}")`,
    `Make the archive again ${hint}.`,
  );
}

/** What the headers before an entry's own have said so far. */
export interface Extensions {
  /** For every entry that follows. */
  readonly globals: PaxOverrides;
  /** For the next entry; the globals are in it. */
  readonly pax: PaxOverrides;
  /** The next entry's name, where GNU tar found the header's field too short. */
  readonly longName?: DecodedName;
  /** The next entry's link target, likewise. */
  readonly longLink?: DecodedName;
  /** Whether anything waits for the next entry. */
  readonly pending: boolean;
}

/** The state at the start of an archive. */
export const NO_EXTENSIONS: Extensions = { globals: {}, pax: {}, pending: false };

/** Whether a header of this type only says something of others. `V` is GNU tar's volume label. */
export function isExtension(typeflag: string): boolean {
  return "xXgLKV".includes(typeflag);
}

/** Adds what one such header says; `X` is what Solaris wrote before POSIX settled on `x`. */
export function extend(known: Extensions, typeflag: string, body: Uint8Array): Extensions {
  switch (typeflag) {
    case "x":
    case "X":
      return { ...known, pax: readPax(body, known.pax), pending: true };
    case "g": {
      const globals = readPax(body, known.globals);
      return { ...known, globals, pax: known.pending ? known.pax : globals };
    }
    case "L":
      return { ...known, longName: terminated(body), pending: true };
    case "K":
      return { ...known, longLink: terminated(body), pending: true };
    default:
      return known;
  }
}

/** What is left of it for the entries after the next one. */
export function afterEntry(known: Extensions): Extensions {
  return known.pending ? { globals: known.globals, pax: known.globals, pending: false } : known;
}

function terminated(body: Uint8Array): DecodedName {
  const nul = body.indexOf(0);
  return decodeName(nul === -1 ? body : body.subarray(0, nul));
}

/** What extended headers override. An absent field leaves the header's own value. */
interface PaxOverrides {
  readonly path?: DecodedName;
  readonly linkpath?: DecodedName;
  /** The body's size in bytes. */
  readonly size?: number;
}

const ascii = new TextDecoder("latin1");
const [SPACE, EQUALS, NEWLINE] = [0x20, 0x3d, 0x0a];

/** Adds the records of one extended header to those already known, later ones winning. */
function readPax(body: Uint8Array, known: PaxOverrides): PaxOverrides {
  const overrides: { -readonly [K in keyof PaxOverrides]: PaxOverrides[K] } = { ...known };
  for (const [keyword, value] of records(body)) {
    if (keyword.startsWith("GNU.sparse.")) throw sparseError();
    if (keyword === "size") overrides.size = paxSize(value);
    else if (keyword === "path" || keyword === "linkpath") {
      overrides[keyword] = decodeName(value);
    }
  }
  return overrides;
}

/** Sparse files are stored with holes left out, in several formats that say so differently. */
function sparseError(): BinimportError {
  return unsupported(
    "it holds a sparse file in GNU tar's format",
    "Make the archive again without --sparse.",
  );
}

/** Each record is `LENGTH KEYWORD=VALUE\n`, where LENGTH in decimal counts the whole record. */
function* records(body: Uint8Array): Generator<[keyword: string, value: Uint8Array]> {
  let start = 0;
  while (start < body.length) {
    const space = body.indexOf(SPACE, start);
    const length = space === -1 ? NaN : decimal(body.subarray(start, space));
    const end = start + length;
    const equals = body.indexOf(EQUALS, space);
    if (!(end <= body.length && body[end - 1] === NEWLINE && equals > space && equals < end)) {
      throw damaged("an extended header in it is broken");
    }
    yield [ascii.decode(body.subarray(space + 1, equals)), body.subarray(equals + 1, end - 1)];
    start = end;
  }
}

function decimal(bytes: Uint8Array): number {
  const text = ascii.decode(bytes);
  return /^\d+$/.test(text) ? Number(text) : NaN;
}

function paxSize(value: Uint8Array): number {
  const size = decimal(value);
  if (Number.isSafeInteger(size)) return size;
  throw damaged("an extended header in it holds an impossible size");
}
