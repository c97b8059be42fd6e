/** The help of verbs in the width of a terminal. */
import type { Help } from "commander";
import type { Context } from "../context.ts";
import { wrapText } from "./wrap.ts";

/** Wider lines are hard to read. */
const WIDEST = 120;

/** Where nobody's terminal tells, as in a pipe. */
const USUAL = 100;

/** With fewer columns beside its name, what an option means stands below it. */
const LEAST_BESIDE = 24;

/** The columns of the help. */
export function helpWidth({ stdout }: Pick<Context, "stdout">): number {
  return stdout.isTerminal ? Math.min(stdout.columns(), WIDEST) : USUAL;
}

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
