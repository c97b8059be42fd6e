/** Reading an expression of PCRE character by character. */
import { type ByteSet, ESCAPED_SETS } from "./byte_set.ts";

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
