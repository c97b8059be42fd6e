/** `[…]` of PCRE as a set of bytes. */
import {
  type ByteSet,
  byteSet,
  bytesIn,
  complement,
  inBothCases,
  POSIX_SETS,
  union,
} from "./byte_set.ts";
import { next, peek, type Reader, readEscape, Refused, take, taken } from "./reader.ts";

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
