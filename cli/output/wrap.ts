/** Text, and the help of verbs, in the width of a terminal. */
import type { Help } from "commander";

/** What takes two columns: East Asian wide and fullwidth characters (UAX #11), roughly. */
const WIDE =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]/u;

export function widthOf(text: string): number {
  let width = 0;
  for (const character of text) width += WIDE.test(character) ? 2 : 1;
  return width;
}

/**
 * Each line of a text broken at blanks so that it fits. What goes on has the line's own indentation,
 * or `hanging` more. A word is never broken: paths and addresses are to be copied.
 */
export function wrapText(text: string, columns: number, hanging = 0): string {
  return text.split("\n").map((line) => wrapLine(line, columns, hanging)).join("\n");
}

function wrapLine(line: string, columns: number, hanging: number): string {
  if (widthOf(line) <= columns) return line;
  const [indent = ""] = /^ */.exec(line) ?? [];
  // A command goes on as a shell takes it.
  const isCommand = /^ +(?:\$ )?(?:binimport|export|curl) |^ {4,}--/.test(line);
  const [next, end] = isCommand ? [`${indent}  `, " \\"] : [indent + " ".repeat(hanging), ""];
  const [first = "", ...words] = line.slice(indent.length).split(" ");
  const lines: string[] = [];
  let current = indent + first;
  for (const word of words) {
    if (widthOf(current) + 1 + widthOf(word) + end.length <= columns) current += ` ${word}`;
    else {
      lines.push(current + end);
      current = next + word;
    }
  }
  return [...lines, current].join("\n");
}

const LEAST_BESIDE = 24; // with less room beside its name, what an option means stands below it

/** How help is laid out; what subcommands inherit of it. Broken at words, whatever the width. */
export function helpFormat(width: () => number): Partial<Help> {
  return {
    // A paragraph in the source is one line here.
    boxWrap: (text, columns) => wrapText(text.replaceAll(/([^\n])\n(?!\n)/g, "$1 "), columns),
    formatItem(term, termWidth, description) {
      const indent = "  ";
      const beside = width() - termWidth - 2 * indent.length;
      if (description === "") return `${indent}${term}`;
      if (beside < LEAST_BESIDE) {
        const below = wrapText(`${indent.repeat(3)}${description}`, width());
        return `${wrapText(`${indent}${term}`, width(), 2)}\n${below}`;
      }
      const [first, ...rest] = wrapText(description, beside).split("\n");
      const start = `${indent}${term.padEnd(termWidth)}${indent}${first}`;
      const margin = " ".repeat(termWidth + 2 * indent.length);
      return [start, ...rest.map((line) => margin + line)].join("\n");
    },
  };
}
