/** Names that somebody else chose, fit for a terminal. */

/** C0 and C1 controls, and what turns the direction of text around. */
const UNPRINTABLE = /[\x00-\x1f\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/**
 * A text in which nothing can move the cursor, change colours or begin a new line: a key of a
 * package may hold what a terminal obeys.
 *
 * @example
 * ```ts no-eval
 * printable("a\x1b[2Jb"); // a\x1b[2Jb, written out
 * ```
 */
export function printable(text: string): string {
  return text.replace(UNPRINTABLE, (character) => {
    const code = character.charCodeAt(0);
    return code < 256
      ? `\\x${code.toString(16).padStart(2, "0")}`
      : `\\u${code.toString(16).padStart(4, "0")}`;
  });
}

/** A text of several lines, each of them {@linkcode printable}: a message may quote some. */
export function printableLines(text: string): string {
  return text.split("\n").map(printable).join("\n");
}
