/** `[…]` of PCRE as a set of bytes. */
import {
  type ByteSet,
  byteSet,
  bytesIn,
  caseless as inBothCases,
  complement,
  POSIX_SETS,
  union,
} from "./byte_set.ts";
import { NotTranslatable, type PcreReader, readEscape } from "./reader.ts";

/**
 * Reads a class whose `[` was read, to behind its `]`. A `]` that comes first is a member, and so is
 * a hyphen at either end or behind a set such as `\w`.
 */
export function pcreClass(reader: PcreReader, caseless: boolean): ByteSet {
  const negated = reader.take("^");
  const members: ByteSet[] = [];
  let first = true;
  while (first || !reader.take("]")) {
    members.push(range(reader, item(reader)));
    first = false;
  }
  const set = union(...members);
  const cased = caseless ? inBothCases(set) : set;
  return negated ? complement(cased) : cased;
}

/** One member: a character, or a set. */
function item(reader: PcreReader): string | ByteSet {
  const posix = reader.matches(/\[:(\^?)(\w*):\]/y);
  if (posix !== undefined) {
    const set = POSIX_SETS.get(posix[2] ?? "");
    if (set === undefined) throw new NotTranslatable(posix[0]);
    return posix[1] === "" ? set : complement(set);
  }
  if (reader.matches(/\[[.=]/y) !== undefined) throw new NotTranslatable("[. or [= in a class");
  const char = reader.next();
  if (char !== "\\") return char;
  if (reader.take("b")) return "\b";
  const escaped = readEscape(reader);
  if (escaped === undefined) throw new NotTranslatable(`\\${reader.peek()} in a class`);
  return escaped;
}

/** The set of a member, or of the range that it begins. */
function range(reader: PcreReader, from: string | ByteSet): ByteSet {
  if (typeof from !== "string") return from;
  if (reader.matches(/-(?!\])/y) === undefined) return bytesIn(from);
  const to = item(reader);
  if (typeof to !== "string" || to < from) throw new NotTranslatable("a range without an end");
  const [low, high] = [from.charCodeAt(0), to.charCodeAt(0)];
  return byteSet((byte) => byte >= low && byte <= high);
}
