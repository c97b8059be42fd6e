/** The words of a file of lighttpd. */
import { type Source, syntaxError } from "../source.ts";

/** A word. */
export interface Token {
  /** `end` is behind the last one. */
  readonly kind: "text" | "word" | "mark" | "end";
  /** A text without its quotes. */
  readonly value: string;
  /** Where it begins. */
  readonly offset: number;
  /** From 1. */
  readonly line: number;
}

const TOKEN =
  /"((?:\\[^]|[^"\\])*)"|([A-Za-z_][\w.-]*|\d+)|(\+=|:=|=>|==|!=|=~|!~|=\^|=\$|[=+(){},[\]$])/y;

const BLANK = /(?:\s|#[^\n]*)*/y;

/** The words, comments left out. Throws code `nginx-conf` for what is none. */
export function tokensOf(source: Source): Token[] {
  const { text } = source;
  const found: Token[] = [];
  let line = 1;
  const skipTo = (from: number, to: number) => line += text.slice(from, to).split("\n").length - 1;
  for (let at = 0;;) {
    BLANK.lastIndex = at;
    const start = at + (BLANK.exec(text)?.[0].length ?? 0);
    skipTo(at, start);
    if (start >= text.length) {
      found.push({ kind: "end", value: "the end of the file", offset: text.length, line });
      return found;
    }
    TOKEN.lastIndex = start;
    const [whole = "", quoted, word, mark] = TOKEN.exec(text) ?? [];
    if (whole === "") throw syntaxError(source, start, "a character that cannot stand here");
    found.push({
      kind: mark !== undefined ? "mark" : word !== undefined ? "word" : "text",
      value: mark ?? word ?? (quoted ?? "").replace(/\\(["\\])/g, "$1"),
      offset: start,
      line,
    });
    at = start + whole.length;
    skipTo(start, at);
  }
}
