/** Reading an expression of PCRE: characters, escapes and classes. */
import {
  type ByteSet,
  byteSet,
  bytesIn,
  complement,
  ESCAPED_SETS,
  inBothCases,
  POSIX_SETS,
  union,
} from "./byte_set.ts";

/** Why an expression is not followed. */
export class Refused extends Error {
  /** `isInvalid`: PCRE refuses it as well. */
  constructor(reason: string, readonly isInvalid = false) {
    super(reason);
  }
}

/** A place in an expression. */
export interface Reader {
  readonly source: string;
  /** The offset of the next character. */
  at: number;
}

/** The next character without reading it; empty at the end. */
export function peek({ source, at }: Reader): string {
  return source.charAt(at);
}

/** Reads one character. */
export function next(reader: Reader): string {
  if (reader.at >= reader.source.length) throw new Refused("it ends too early", true);
  return reader.source.charAt(reader.at++);
}

/** Reads this character if it is the next one. */
export function take(reader: Reader, char: string): boolean {
  if (peek(reader) !== char) return false;
  reader.at++;
  return true;
}

/** Reads what a sticky expression matches here. */
export function taken(reader: Reader, sticky: RegExp): RegExpExecArray | undefined {
  sticky.lastIndex = reader.at;
  const found = sticky.exec(reader.source) ?? undefined;
  if (found !== undefined) reader.at = sticky.lastIndex;
  return found;
}

const CONTROLS = new Map(
  Object.entries({ t: "\t", n: "\n", r: "\r", f: "\f", e: "\x1b", a: "\x07" }),
);

/**
 * What stands behind a backslash and means one character or a set of them; undefined, and nothing
 * read, for anything else.
 */
export function readEscape(reader: Reader): string | ByteSet | undefined {
  const char = peek(reader);
  const known = ESCAPED_SETS.get(char) ?? CONTROLS.get(char);
  if (known !== undefined) {
    reader.at++;
    return known;
  }
  const [, braced, plain, octal] =
    taken(reader, /x\{([0-9A-Fa-f]{1,2})\}|x([0-9A-Fa-f]{0,2})(?!\{)|(0[0-7]{0,2})/y) ?? [];
  if (octal !== undefined) return String.fromCharCode(parseInt(octal, 8));
  const hex = braced ?? plain;
  if (hex !== undefined) return String.fromCharCode(parseInt(hex || "0", 16));
  return /^[^A-Za-z0-9]$/s.test(char) ? next(reader) : undefined;
}

/**
 * Reads a class whose `[` was read, to behind its `]`. A `]` that comes first is a member, and so is
 * a hyphen at either end or behind a set such as `\w`.
 */
export function characterClass(reader: Reader, caseless: boolean): ByteSet {
  const negated = take(reader, "^");
  const members: ByteSet[] = [];
  do members.push(range(reader, item(reader))); while (!take(reader, "]"));
  const set = union(...members);
  const cased = caseless ? inBothCases(set) : set;
  return negated ? complement(cased) : cased;
}

/** One member: a character, or a set. */
function item(reader: Reader): string | ByteSet {
  const [posix, not, name = ""] = taken(reader, /\[:(\^?)(\w*):\]/y) ?? [];
  if (posix !== undefined) {
    const set = POSIX_SETS.get(name);
    if (set === undefined) throw new Refused(posix);
    return not === "" ? set : complement(set);
  }
  if (taken(reader, /\[[.=]/y) !== undefined) throw new Refused("[. or [= in a class");
  const char = next(reader);
  if (char !== "\\") return char;
  if (take(reader, "b")) return "\b";
  const escaped = readEscape(reader);
  if (escaped === undefined) throw new Refused(`\\${peek(reader)} in a class`);
  return escaped;
}

/** The set of a member, or of the range that it begins. */
function range(reader: Reader, from: string | ByteSet): ByteSet {
  if (typeof from !== "string") return from;
  if (taken(reader, /-(?!\])/y) === undefined) return bytesIn(from);
  const to = item(reader);
  if (typeof to !== "string" || to < from) throw new Refused("a range without an end");
  const [low, high] = [from.charCodeAt(0), to.charCodeAt(0)];
  return byteSet((byte) => byte >= low && byte <= high);
}
