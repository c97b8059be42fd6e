/** Terminals that show no UTF-8. */
import type { TextOutput } from "../context.ts";

/** Whether the user's locale is one of UTF-8: the first of these that is set decides (POSIX, 8.2). */
export function isUtf8Locale(env: (name: string) => string | undefined): boolean {
  const locale = env("LC_ALL") ?? env("LC_CTYPE") ?? env("LANG") ?? "C";
  return /utf-?8/i.test(locale);
}

/** What stands in for the characters that our own texts have. */
const STAND_INS: Readonly<Record<string, string>> = { "…": "...", "→": "->", "—": "-", "–": "-" };

/** The same text in ASCII; a `?` for what has no stand-in, as ls(1) shows names. */
export function asciiText(text: string): string {
  return text.replace(/[^\x00-\x7f]/gu, (character) => STAND_INS[character] ?? "?");
}

/** An output that writes ASCII to a terminal; anything else gets every byte as it is. */
export function asciiOutput(output: TextOutput): TextOutput {
  if (!output.isTerminal) return output;
  return { ...output, write: (text) => output.write(asciiText(text)) };
}
