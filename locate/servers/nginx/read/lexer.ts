/**
 * Words of a configuration, after `ngx_conf_read_token` of nginx's `ngx_conf_file.c`:
 *
 * - `#` and quotes count only where a word begins; a closing quote must be followed by white space,
 *   `;`, `{` or `)`.
 * - A backslash protects the next character from ending the word; of escapes only `\"`, `\'`, `\\`,
 *   `\t`, `\r` and `\n` are replaced.
 * - `${` does not open a block.
 */
import { countLines, placeText, type Source, syntaxError } from "../../../config_text.ts";

/** A place in a file that is being read. */
export interface Cursor {
  readonly source: Source;
  /** The offset of the next character. */
  pos: number;
  /** Its line, from 1. */
  line: number;
  /** Whether a word of the statement holds a `$`, `?` or `\\`. */
  mayHoldVariables: boolean;
}

/** Words up to `;` or `{`; or the end of a block or file. */
export interface Statement {
  readonly end: ";" | "{" | "}" | "eof";
  /** At least one when it ends in `;` or `{`, else none. */
  readonly words: readonly string[];
  /** The line of the first word, or of the end. */
  readonly line: number;
  /** The offset of the first word, or of the end. */
  readonly offset: number;
}

const TAB = 9,
  LF = 10,
  CR = 13,
  SPACE = 32,
  QUOTE = 34,
  HASH = 35,
  DOLLAR = 36,
  APOSTROPHE = 39,
  QUESTION = 63;
const CLOSE_PAREN = 41, SEMICOLON = 59, BACKSLASH = 92, OPEN = 123, CLOSE = 125;

/** The beginning of a file. */
export function startOf(source: Source): Cursor {
  return { source, pos: 0, line: 1, mayHoldVariables: false };
}

/** Reads the next statement; throws code `nginx-conf` where nginx would refuse the file. */
export function nextStatement(cursor: Cursor): Statement {
  const { source, source: { text } } = cursor;
  const words: string[] = [];
  skipBlanks(cursor);
  cursor.mayHoldVariables = false;
  const { pos: offset, line } = cursor;
  for (;; skipBlanks(cursor)) {
    if (cursor.pos >= text.length) {
      if (words.length === 0) return { end: "eof", words, line, offset };
      throw endOfFile(source, offset, "a directive");
    }
    const code = text.charCodeAt(cursor.pos);
    if (code === SEMICOLON || code === OPEN || code === CLOSE) {
      if ((code === CLOSE) !== (words.length === 0)) throw unexpected(cursor);
      cursor.pos++;
      return { end: code === SEMICOLON ? ";" : code === OPEN ? "{" : "}", words, line, offset };
    }
    words.push(code === QUOTE || code === APOSTROPHE ? quoted(cursor, code) : bare(cursor));
  }
}

/** Goes from behind the `{` of a block of Lua to behind its `}`. */
export function skipLua(cursor: Cursor): void {
  const { source, source: { text }, pos } = cursor;
  const end = luaEnd(text, pos);
  if (end === undefined) throw syntaxError(source, pos - 1, "this Lua block is never closed");
  for (let at = text.indexOf("\n", pos); at >= 0 && at < end; at = text.indexOf("\n", at + 1)) {
    cursor.line++;
  }
  cursor.pos = end;
}

function skipBlanks(cursor: Cursor): void {
  const { source: { text } } = cursor;
  for (; cursor.pos < text.length; cursor.pos++) {
    const code = text.charCodeAt(cursor.pos);
    if (code === LF) cursor.line++;
    else if (code === HASH) {
      const end = text.indexOf("\n", cursor.pos);
      cursor.pos = (end < 0 ? text.length : end) - 1;
    } else if (!isBlank(code)) return;
  }
}

function bare(cursor: Cursor): string {
  const { source, source: { text }, pos: start } = cursor;
  let escaped = false;
  let variable = false;
  for (let pos = start; pos < text.length; pos++) {
    const code = text.charCodeAt(pos);
    if (code === OPEN && variable) continue;
    if (isBlank(code) || code === SEMICOLON || code === OPEN) {
      cursor.pos = pos;
      return word(source, start, pos, escaped);
    }
    variable = code === DOLLAR;
    if (variable || code === QUESTION) cursor.mayHoldVariables = true;
    if (code !== BACKSLASH) continue;
    escaped = true;
    cursor.mayHoldVariables = true;
    if (text.charCodeAt(++pos) === LF) cursor.line++;
  }
  throw endOfFile(source, start, "a word");
}

function quoted(cursor: Cursor, quote: number): string {
  const { source, source: { text }, pos: start } = cursor;
  let escaped = false;
  for (let pos = start + 1; pos < text.length; pos++) {
    const code = text.charCodeAt(pos);
    if (code === LF) cursor.line++;
    else if (code === DOLLAR || code === QUESTION) cursor.mayHoldVariables = true;
    else if (code === BACKSLASH) {
      escaped = true;
      cursor.mayHoldVariables = true;
      if (text.charCodeAt(++pos) === LF) cursor.line++;
    } else if (code === quote) {
      cursor.pos = pos + 1;
      requireEnd(cursor);
      return word(source, start + 1, pos, escaped);
    }
  }
  throw endOfFile(source, start, "a quote");
}

/** nginx's place is the end, too; what began before says more. */
function endOfFile(source: Source, start: number, what: string): Error {
  const place = placeText({ file: source.file, line: countLines(source.text.slice(0, start)) });
  const state = `unexpected end of file, expecting ";" or "}" behind ${what} at ${place}`;
  return syntaxError(source, source.text.length, state);
}

/** At the end of the file nothing is required: that is told with the statement. */
function requireEnd({ source, pos }: Cursor): void {
  const code = source.text.charCodeAt(pos);
  const fits = isBlank(code) || code === SEMICOLON || code === OPEN || code === CLOSE_PAREN;
  if (fits || pos >= source.text.length) return;
  throw syntaxError(source, pos, "a closing quote must be followed by a space, ; or {");
}

function word(source: Source, start: number, end: number, escaped: boolean): string {
  const raw = source.text.slice(start, end);
  const nul = source.mayHoldNul ? raw.indexOf("\0") : -1;
  if (nul < 0) return escaped ? raw.replace(/\\(["'\\trn])/g, unescape) : raw;
  const isUtf16 = /^(?:\xff\xfe|\xfe\xff)/.test(source.text);
  throw syntaxError(source, start + nul, `a NUL byte${isUtf16 ? ": it is UTF-16" : ""}`);
}

function isBlank(code: number): boolean {
  return code === SPACE || code === LF || code === TAB || code === CR;
}

function unexpected({ source, pos }: Cursor): Error {
  return syntaxError(source, pos, `unexpected "${source.text.charAt(pos)}"`);
}

const ESCAPES: Readonly<Record<string, string>> = { t: "\t", r: "\r", n: "\n" };

function unescape(_: string, letter: string): string {
  return ESCAPES[letter] ?? letter;
}

/**
 * What can hide a brace: comments and strings, long or short; else a brace itself. A string that is
 * not closed on its line is no Lua: its quote is passed over.
 */
const PIECE =
  /--\[(=*)\[[^]*?\]\1\]|--(?!\[=*\[)[^\n]*|\[(=*)\[[^]*?\]\2\]|"(?:[^"\\\n]|\\[^])*"|'(?:[^'\\\n]|\\[^])*'|[{}]/g;

/**
 * The offset behind the `}` that closes a Lua block.
 *
 * @param text the file
 * @param start the offset behind its `{`
 * @returns undefined when it is never closed
 */
function luaEnd(text: string, start: number): number | undefined {
  const pieces = new RegExp(PIECE);
  pieces.lastIndex = start;
  let depth = 1;
  for (let piece = pieces.exec(text); piece !== null; piece = pieces.exec(text)) {
    if (piece[0] === "{") depth++;
    else if (piece[0] === "}" && --depth === 0) return pieces.lastIndex;
  }
  return undefined;
}
