/**
 * Words of a configuration, after `ngx_conf_read_token` of nginx's `ngx_conf_file.c`. `#` and quotes
 * count only where a word begins, a backslash protects the next character from ending the word, and
 * `${` does not open a block.
 */
import { countLines, placeText, type Source, syntaxError } from "../../../config_text.ts";

/** A place in a file that is being read. */
export interface Cursor {
  readonly source: Source;
  pos: number;
  /** The line, from 1, that begins at `lineStart`. */
  line: number;
  lineStart: number;
}

/** Words up to `;` or `{`, at least one; or the end of a block or file. */
export interface Statement {
  readonly end: ";" | "{" | "}" | "eof";
  readonly words: string[];
  /** Those of the first word, or of the end. */
  readonly line: number;
  readonly offset: number;
  /** Whether no word can hold a variable or a group: none has `$`, `?` or `\`. */
  readonly isPlain: boolean;
}

export function startOf(source: Source): Cursor {
  return { source, pos: 0, line: 1, lineStart: 0 };
}

const BLANK = /[ \t\r\n]+|#[^\n]*/y;
/** One run of plain characters between others, so that a word without an end fails in linear time. */
const BARE = /[^ \t\r\n;{\\$]*(?:(?:\$\{*|\\[^])[^ \t\r\n;{\\$]*)*(?=[ \t\r\n;{])/y;
const QUOTED = /"[^"\\]*(?:\\[^][^"\\]*)*"|'[^'\\]*(?:\\[^][^'\\]*)*'/y;
const UNUSUAL = /[$?\\]/;

/** Reads the next statement; throws code `nginx-conf` where nginx would refuse the file. */
export function nextStatement(cursor: Cursor): Statement {
  const { source, source: { text } } = cursor;
  const words: string[] = [];
  let isPlain = true;
  while (skip(cursor, BLANK));
  const { pos: offset } = cursor;
  const line = lineOf(cursor);
  for (;;) {
    while (skip(cursor, BLANK));
    const { pos } = cursor;
    const char = text.charAt(pos);
    if (char === "" && words.length > 0) throw endOfFile(source, offset, "a directive");
    if (char === "") return { end: "eof", words, line, offset, isPlain };
    if (char === ";" || char === "{" || char === "}") {
      if ((char === "}") !== (words.length === 0)) {
        throw syntaxError(source, pos, `unexpected "${char}"`);
      }
      cursor.pos++;
      return { end: char, words, line, offset, isPlain };
    }
    const isQuoted = /["']/.test(char);
    if (!skip(cursor, isQuoted ? QUOTED : BARE)) {
      throw endOfFile(source, pos, isQuoted ? "a quote" : "a word");
    }
    const raw = isQuoted ? text.slice(pos + 1, cursor.pos - 1) : text.slice(pos, cursor.pos);
    if (isQuoted && /[^ \t\r\n;{)]/.test(text.charAt(cursor.pos))) {
      const state = "a closing quote must be followed by a space, ; or {";
      throw syntaxError(source, cursor.pos, state);
    }
    if (source.mayHoldNul && raw.includes("\0")) {
      const isUtf16 = /^(?:\xff\xfe|\xfe\xff)/.test(text);
      const state = `a NUL byte${isUtf16 ? ": it is UTF-16" : ""}`;
      throw syntaxError(source, text.indexOf("\0", pos), state);
    }
    const isUnusual = UNUSUAL.test(raw);
    isPlain &&= !isUnusual;
    words.push(isUnusual ? raw.replace(/\\(["'\\trn])/g, (_, one) => ESCAPES[one] ?? one) : raw);
  }
}

const ESCAPES: Readonly<Record<string, string>> = { t: "\t", r: "\r", n: "\n" };

function skip(cursor: Cursor, sticky: RegExp): boolean {
  sticky.lastIndex = cursor.pos;
  const isThere = sticky.test(cursor.source.text);
  if (isThere) cursor.pos = sticky.lastIndex;
  return isThere;
}

function lineOf(cursor: Cursor): number {
  const { source: { text }, pos } = cursor;
  for (;;) {
    const end = text.indexOf("\n", cursor.lineStart);
    if (end < 0 || end >= pos) return cursor.line;
    cursor.line++;
    cursor.lineStart = end + 1;
  }
}

/** nginx's place is the end, too; what began before says more. */
function endOfFile(source: Source, start: number, what: string): Error {
  const place = placeText({ file: source.file, line: countLines(source.text.slice(0, start)) });
  const state = `unexpected end of file, expecting ";" or "}" behind ${what} at ${place}`;
  return syntaxError(source, source.text.length, state);
}

/** A brace in Lua, or what can hide one: comments and strings that are closed on their line. */
const PIECE =
  /--\[(=*)\[[^]*?\]\1\]|--(?!\[=*\[)[^\n]*|\[(=*)\[[^]*?\]\2\]|"(?:[^"\\\n]|\\[^])*"|'(?:[^'\\\n]|\\[^])*'|\[=*\[|[{}]/g;

/** Goes from behind the `{` of a block of Lua to behind its `}`. */
export function skipLua(cursor: Cursor): void {
  const { source, pos } = cursor;
  let depth = 1;
  PIECE.lastIndex = pos;
  for (const { 0: piece, index } of source.text.matchAll(PIECE)) {
    if (piece.startsWith("[") && !piece.endsWith("]")) break; // a text that nothing closes
    depth += piece === "{" ? 1 : piece === "}" ? -1 : 0;
    cursor.pos = index + piece.length;
    if (depth === 0) return;
  }
  throw syntaxError(source, pos - 1, "this Lua block is never closed");
}
