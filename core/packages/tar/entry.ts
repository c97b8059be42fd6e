/** What one entry is, from its header and the extended headers before it. */
import { type BinimportError, damaged } from "../../util/errors.ts";
import { type DecodedName, decodeName, quoteName } from "../bytes.ts";
import { unsupported } from "../errors.ts";
import { modeOf, nameOf, sizeOf, textIn, typeflagOf } from "./header.ts";

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
  const state = "it holds a sparse file in GNU tar's format";
  return unsupported(state, "Make the archive again without --sparse.");
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
