/** The lines of a file of Apache httpd and their words, as `ap_cfg_getline` and `ap_getword_conf`. */
import type { Source } from "../source.ts";

/** A line, joined with those that a backslash at its end continues it by. */
export interface Line {
  /** Without blanks around it. */
  readonly text: string;
  /** From 1. */
  readonly line: number;
  /** Where it begins in the file. */
  readonly offset: number;
}

/** The lines that are neither empty nor comments. A comment is continued, too. */
export function* linesOf({ text }: Source): Generator<Line> {
  let line = 1;
  for (let start = 0; start < text.length;) {
    const [first, offset] = [line, start];
    let joined = "";
    for (let continued = true; continued && start < text.length; line++) {
      const end = text.indexOf("\n", start);
      const piece = text.slice(start, end < 0 ? text.length : end).replace(/\r$/, "");
      continued = piece.endsWith("\\");
      joined += continued ? piece.slice(0, -1) : piece;
      start = end < 0 ? text.length : end + 1;
    }
    const trimmed = joined.trim();
    if (trimmed !== "" && !trimmed.startsWith("#")) yield { text: trimmed, line: first, offset };
  }
}

/** The words of a line. In quotes, a backslash escapes the quote; two of them are one anywhere. */
export function wordsOf(text: string): string[] {
  const word = /\s*(?:"((?:\\.|[^"\\])*)(?:"|$)|'((?:\\.|[^'\\])*)(?:'|$)|(\S+))/gsy;
  return [...text.matchAll(word)].map(([, double, single, plain]) => {
    if (plain !== undefined) return plain.replaceAll("\\\\", "\\");
    return (double ?? single ?? "").replace(
      double === undefined ? /\\([\\'])/g : /\\([\\"])/g,
      "$1",
    );
  });
}
