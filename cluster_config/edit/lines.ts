/** A text's lines, found from an offset in it. */

/** The text with something else from `start` up to `end`. */
export function splice(text: string, start: number, end: number, by: string): string {
  return text.slice(0, start) + by + text.slice(end);
}

/** The offset at which the line of `offset` begins. */
export function lineStart(text: string, offset: number): number {
  return text.slice(0, offset).lastIndexOf("\n") + 1;
}

/** The offset behind the line of `offset`, its line end included. */
export function lineEnd(text: string, offset: number): number {
  const newline = text.indexOf("\n", offset);
  return newline < 0 ? text.length : newline + 1;
}

/** What stands on the line of `offset` before it, a byte order mark left out. */
export function linePrefix(text: string, offset: number): string {
  return text.slice(lineStart(text, offset), offset).replace(/^\ufeff/, "");
}

/** The text with lines at the beginning of a line; they end as the one before does, or the first. */
export function insertLines(text: string, at: number, lines: readonly string[]): string {
  const newline = text.lastIndexOf("\n", at - 1);
  const first = newline < 0 || at === 0 ? text.indexOf("\n") : newline;
  const eol = text[first - 1] === "\r" ? "\r\n" : "\n";
  const isOpen = at > 0 && at === text.length && !text.endsWith("\n");
  return splice(text, at, at, isOpen ? eol + lines.join(eol) : lines.join(eol) + eol);
}
