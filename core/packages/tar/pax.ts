/** Extended header records: POSIX.1-2017, pax, "pax Extended Header". */
import { type BinimportError, damaged } from "../../util/errors.ts";
import { unsupported } from "../errors.ts";
import { type DecodedName, decodeName } from "../member_name.ts";

/** What extended headers override. An absent field leaves the header's own value. */
export interface PaxOverrides {
  readonly path?: DecodedName;
  readonly linkpath?: DecodedName;
  /** The body's size in bytes. */
  readonly size?: number;
}

const ascii = new TextDecoder("latin1");
const SPACE = 0x20;
const EQUALS = 0x3d;
const NEWLINE = 0x0a;

/** Adds the records of one extended header to those already known, later ones winning. */
export function readPax(body: Uint8Array, known: PaxOverrides): PaxOverrides {
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
export function sparseError(): BinimportError {
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

/** NaN unless the bytes are all decimal digits. */
function decimal(bytes: Uint8Array): number {
  const text = ascii.decode(bytes);
  return /^\d+$/.test(text) ? Number(text) : NaN;
}

function paxSize(value: Uint8Array): number {
  const size = decimal(value);
  if (Number.isSafeInteger(size)) return size;
  throw damaged("an extended header in it holds an impossible size");
}
