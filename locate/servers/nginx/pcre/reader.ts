/** Reading a regular expression of PCRE character by character. */
import { type ByteSet, ESCAPED_SETS } from "./byte_set.ts";

/** A construct that JavaScript lacks, or that is no valid PCRE; the message names it. */
export class NotTranslatable extends Error {}

export class NotValid extends NotTranslatable {}

/** A place in an expression. */
export interface PcreReader {
  atEnd(): boolean;
  /** The next character without reading it; empty at the end. */
  peek(): string;
  /** Reads one character; throws {@linkcode NotTranslatable} at the end. */
  next(): string;
  /** Reads this character if it is the next one. */
  take(char: string): boolean;
  /** Reads what a sticky expression matches here. */
  matches(sticky: RegExp): RegExpExecArray | undefined;
}

/** A reader at the beginning. */
export function pcreReader(source: string): PcreReader {
  let pos = 0;
  return {
    atEnd: () => pos >= source.length,
    peek: () => source.charAt(pos),
    next() {
      if (pos >= source.length) throw new NotValid("it ends too early");
      return source.charAt(pos++);
    },
    take(char) {
      if (source.charAt(pos) !== char) return false;
      pos++;
      return true;
    },
    matches(sticky) {
      sticky.lastIndex = pos;
      const found = sticky.exec(source);
      if (found === null) return undefined;
      pos = sticky.lastIndex;
      return found;
    },
  };
}

const CONTROLS: Readonly<Record<string, string>> = {
  t: "\t",
  n: "\n",
  r: "\r",
  f: "\f",
  e: "\x1b",
  a: "\x07",
};

/**
 * What stands behind a backslash and means one character or a set of them; undefined, and nothing
 * read, for anything else.
 */
export function readEscape(reader: PcreReader): string | ByteSet | undefined {
  const char = reader.peek();
  const set = ESCAPED_SETS.get(char);
  if (set !== undefined || Object.hasOwn(CONTROLS, char)) {
    reader.next();
    return set ?? CONTROLS[char];
  }
  const [, braced, plain] =
    reader.matches(/x(?:\{([0-9A-Fa-f]{1,2})\}|([0-9A-Fa-f]{0,2})(?!\{))/y) ??
      [];
  const hex = braced ?? plain;
  if (hex !== undefined) return String.fromCharCode(parseInt(hex || "0", 16));
  const octal = reader.matches(/0[0-7]{0,2}/y);
  if (octal !== undefined) return String.fromCharCode(parseInt(octal[0], 8));
  return /^[^A-Za-z0-9]$/s.test(char) ? reader.next() : undefined;
}
