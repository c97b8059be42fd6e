/** Text for the macros of man(7). */

/** A text as it is to be read, whatever is in it: nothing of it is taken for a request. */
export function roff(text: string): string {
  const escaped = text
    .replaceAll("\\", "\\e")
    .replaceAll("-", "\\-")
    .replaceAll("'", "\\(aq")
    .replaceAll("`", "\\(ga")
    .replaceAll("…", "...")
    .replaceAll("→", "\\(->");
  return escaped.replace(/^\./gm, "\\&.");
}

/** A section. */
export function section(title: string, ...parts: readonly string[]): string {
  return [`.SH ${title.toUpperCase()}`, ...behindHeading(parts)].join("\n");
}

/** A section below a section. */
export function subsection(title: string, ...parts: readonly string[]): string {
  return [`.SS ${roff(title)}`, ...behindHeading(parts)].join("\n");
}

/** A heading begins a paragraph itself. */
function behindHeading([first, ...rest]: readonly string[]): string[] {
  return first === undefined ? [] : [first.replace(/^\.PP\n/, ""), ...rest];
}

/** A paragraph. */
export function paragraph(text: string): string {
  return `.PP\n${roff(text)}`;
}

/** A term in bold and what it means. */
export function term(bold: string, meaning: string): string {
  return `.TP\n.B ${roff(bold)}\n${roff(meaning)}`;
}

/** Lines as they are typed. */
export function example(lines: string): string {
  return `.PP\n.nf\n${roff(lines)}\n.fi`;
}
