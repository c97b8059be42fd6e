/** Lines of a text: where they begin and end, and how. */

/** The offset at which the line of `offset` begins. */
export function lineStart(text: string, offset: number): number {
  return text.slice(0, offset).lastIndexOf("\n") + 1;
}

/** The offset behind the line of `offset`, its line end included. */
export function lineEnd(text: string, offset: number): number {
  const newline = text.indexOf("\n", offset);
  return newline < 0 ? text.length : newline + 1;
}

/** How lines end where `offset` is: as the line before it does, else as the first one. */
export function lineBreak(text: string, offset: number): "\n" | "\r\n" {
  const before = text.slice(0, offset).lastIndexOf("\n");
  const newline = before < 0 ? text.indexOf("\n") : before;
  return newline > 0 && text[newline - 1] === "\r" ? "\r\n" : "\n";
}

/** What stands on the line of `offset` before it, a byte order mark left out. */
export function linePrefix(text: string, offset: number): string {
  return text.slice(lineStart(text, offset), offset).replace(/^\ufeff/, "");
}
