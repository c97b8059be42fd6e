/** The words of a Caddyfile. */
import { type Place, type Source, syntaxError } from "../source.ts";

/** A word. */
export interface Token extends Place {
  readonly text: string;
  /** Whether it is in quotes: then braces are braces. */
  readonly quoted: boolean;
  /** Where it begins. */
  readonly offset: number;
}

/** What a `{$NAME:default}` stands for is put in before words are told apart. */
export function withVariables(text: string, env: (name: string) => string | undefined): string {
  return text.replace(
    /\{\$([^}:]+)(?::([^}]*))?\}/g,
    (_, name: string, other: string | undefined) => env(name) ?? other ?? "",
  );
}

const BLANK = /(?:[^\S\n]|\\\r?\n)*(?:#[^\n]*)?/y;
const WORD = /"((?:\\[^]|[^"\\])*)"|`([^`]*)`|((?:\\\r?\n|\S)+)/y;

/** The words, comments left out. Throws code `nginx-conf` for a quote without end. */
export function tokensOf(source: Source): Token[] {
  const { text, file } = source;
  const found: Token[] = [];
  let line = 1;
  for (let at = 0;;) {
    BLANK.lastIndex = at;
    const blank = BLANK.exec(text)?.[0] ?? "";
    line += newlines(blank);
    at += blank.length;
    if (at >= text.length) return found;
    if (text[at] === "\n") {
      line++;
      at++;
      continue;
    }
    WORD.lastIndex = at;
    const [whole = "", double, back, plain] = WORD.exec(text) ?? [];
    if (plain !== undefined && /^["`]/.test(plain)) {
      throw syntaxError(source, at, "a quote that nothing ends");
    }
    if (plain?.startsWith("<<") && plain.length > 2) {
      throw syntaxError(source, at, "a text of several lines, which is not read here");
    }
    const value = double?.replace(/\\"/g, '"') ?? back ?? (plain ?? "").replace(/\\\r?\n/g, "");
    found.push({ file, line, text: value, quoted: plain === undefined, offset: at });
    line += newlines(whole);
    at += whole.length;
  }
}

function newlines(text: string): number {
  return text.split("\n").length - 1;
}
