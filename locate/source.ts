/** One file of a configuration, and the errors that point into it. */
import { BinimportError } from "../core/errors.ts";
import { toText } from "./bytes.ts";

/** What a file is written in, for messages. */
export interface Dialect {
  /** Such as `nginx configuration`. */
  readonly title: string;
  /** What to do about a mistake in it. */
  readonly hint: string;
}

/** A file that is read. */
export interface Source {
  readonly dialect: Dialect;
  /** Its path. */
  readonly file: string;
  /** Its bytes, one character each. */
  readonly text: string;
  /** Whether there is a NUL byte anywhere. */
  readonly mayHoldNul: boolean;
}

/** A file that was read. */
export function sourceOf(file: string, text: string, dialect: Dialect): Source {
  return { file, text, dialect, mayHoldNul: text.includes("\0") };
}

/** Where something stands. */
export interface Place {
  /** The path of the file. */
  readonly file: string;
  /** From 1. */
  readonly line: number;
}

/** `FILE:LINE`. */
export function placeText({ file, line }: Place): string {
  return `${file}:${line}`;
}

/** Columns shown to the left of a mistake, at the most; what is cut is marked. */
const SHOWN_BEFORE = 60;

/** Columns of a line shown at the most. */
const SHOWN = 100;

/**
 * The error for a mistake at an offset: file, line and column, and the line with a mark under it.
 * Columns count characters from 1.
 */
export function syntaxError(
  { file, text, dialect: { title, hint } }: Source,
  offset: number,
  state: string,
): BinimportError {
  const before = text.slice(0, offset);
  const start = before.lastIndexOf("\n") + 1;
  const end = text.indexOf("\n", start);
  const line = printable(text.slice(start, end < 0 ? undefined : end));
  const column = printable(text.slice(start, offset)).length;
  const cut = Math.max(0, column - SHOWN_BEFORE);
  const shown = `${cut > 0 ? "…" : ""}${line.slice(cut, cut + SHOWN)}`;
  const mark = " ".repeat(column - cut + (cut > 0 ? 1 : 0)) + "^";
  const place = `${file}:${countLines(before)}:${column + 1}`;
  return new BinimportError(
    "nginx-conf",
    `Cannot read the ${title}: ${place}: ${state}\n    ${shown}\n    ${mark}`,
    { hint },
  );
}

function countLines(text: string): number {
  let lines = 1;
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) lines++;
  return lines;
}

/** One column each: what would move the cursor is shown as a middle dot. */
function printable(bytes: string): string {
  return toText(bytes.replace(/\r$/, "")).replaceAll("\t", " ").replace(/\p{C}/gu, "·");
}
