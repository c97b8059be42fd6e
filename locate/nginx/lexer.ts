/**
 * Words of a configuration, after `ngx_conf_read_token` of nginx's `ngx_conf_file.c`:
 *
 * - `#` and quotes count only where a word begins; a closing quote must be followed by white space,
 *   `;`, `{` or `)`.
 * - A backslash protects the next character from ending the word; of escapes only `\"`, `\'`, `\\`,
 *   `\t`, `\r` and `\n` are replaced.
 * - `${` does not open a block.
 */
import { luaEnd } from "./lua.ts";
import { type Source, syntaxError } from "./source.ts";

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

/** Reads statements one by one. */
export interface Lexer {
  /** The next statement; throws code `nginx-conf` where nginx would refuse the file. */
  next(): Statement;
  /** Skips a block of Lua whose `{` was read, to behind its `}`. */
  skipLua(): void;
}

const TAB = 9, LF = 10, CR = 13, SPACE = 32, QUOTE = 34, HASH = 35, DOLLAR = 36, APOSTROPHE = 39;
const CLOSE_PAREN = 41, SEMICOLON = 59, BACKSLASH = 92, OPEN = 123, CLOSE = 125;

/** Starts reading at the beginning. */
export function lexer(source: Source): Lexer {
  const { text } = source;
  const mayHoldNul = text.includes("\0");
  let pos = 0;
  let line = 1;

  function skipBlanks(): void {
    for (; pos < text.length; pos++) {
      const code = text.charCodeAt(pos);
      if (code === LF) line++;
      else if (code === HASH) {
        const end = text.indexOf("\n", pos);
        pos = (end < 0 ? text.length : end) - 1;
      } else if (!isBlank(code)) return;
    }
  }

  function bareWord(): string {
    const start = pos;
    let escaped = false;
    let variable = false;
    for (; pos < text.length; pos++) {
      const code = text.charCodeAt(pos);
      if (code === OPEN && variable) continue;
      if (isBlank(code) || code === SEMICOLON || code === OPEN) {
        return word(start, pos, escaped);
      }
      variable = code === DOLLAR;
      if (code !== BACKSLASH) continue;
      escaped = true;
      if (text.charCodeAt(++pos) === LF) line++;
    }
    throw syntaxError(source, start, 'the file ends in a directive; expected ";" or "}"');
  }

  function quotedWord(quote: number): string {
    const start = pos++;
    let escaped = false;
    for (; pos < text.length; pos++) {
      const code = text.charCodeAt(pos);
      if (code === LF) line++;
      else if (code === BACKSLASH) {
        escaped = true;
        if (text.charCodeAt(++pos) === LF) line++;
      } else if (code === quote) {
        requireEnd(++pos);
        return word(start + 1, pos - 1, escaped);
      }
    }
    throw syntaxError(source, start, "this quote is never closed");
  }

  function requireEnd(at: number): void {
    const code = text.charCodeAt(at);
    const fits = isBlank(code) || code === SEMICOLON || code === OPEN || code === CLOSE_PAREN;
    if (fits || at >= text.length) return; // the end of the file is told with the statement
    throw syntaxError(source, at, "a closing quote must be followed by a space, ; or {");
  }

  function word(start: number, end: number, escaped: boolean): string {
    const raw = text.slice(start, end);
    if (mayHoldNul && raw.includes("\0")) {
      const hint = text.startsWith("\xff\xfe") || text.startsWith("\xfe\xff")
        ? ": it is UTF-16"
        : "";
      throw syntaxError(source, start + raw.indexOf("\0"), `a NUL byte${hint}`);
    }
    return escaped ? raw.replace(/\\(["'\\trn])/g, unescape) : raw;
  }

  return {
    next() {
      const words: string[] = [];
      skipBlanks();
      const [first, firstLine] = [pos, line];
      const statement = (end: Statement["end"]) => ({ end, words, line: firstLine, offset: first });
      for (;; skipBlanks()) {
        if (pos >= text.length) {
          if (words.length === 0) return statement("eof");
          throw syntaxError(source, first, 'the file ends in a directive; expected ";" or "}"');
        }
        const code = text.charCodeAt(pos);
        if (code === SEMICOLON || code === OPEN) {
          if (words.length === 0) throw unexpected(source, pos);
          pos++;
          return statement(code === OPEN ? "{" : ";");
        }
        if (code === CLOSE) {
          if (words.length > 0) throw unexpected(source, pos);
          pos++;
          return statement("}");
        }
        words.push(code === QUOTE || code === APOSTROPHE ? quotedWord(code) : bareWord());
      }
    },
    skipLua() {
      const end = luaEnd(text, pos);
      if (end === undefined) throw syntaxError(source, pos - 1, "this Lua block is never closed");
      for (let at = text.indexOf("\n", pos); at >= 0 && at < end; at = text.indexOf("\n", at + 1)) {
        line++;
      }
      pos = end;
    },
  };
}

function isBlank(code: number): boolean {
  return code === SPACE || code === LF || code === TAB || code === CR;
}

function unexpected(source: Source, offset: number): Error {
  return syntaxError(source, offset, `unexpected "${source.text.charAt(offset)}"`);
}

const ESCAPES: Readonly<Record<string, string>> = { t: "\t", r: "\r", n: "\n" };

function unescape(_: string, letter: string): string {
  return ESCAPES[letter] ?? letter;
}
