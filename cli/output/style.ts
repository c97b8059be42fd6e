/** How text looks on an output. */
import type { Context, TextOutput } from "../context.ts";

export interface Style {
  readonly color: boolean;
  /** From 1 on, each file is shown. */
  readonly verbose: number;
  /** Columns that text is broken at; absent where nobody looks at lines. */
  readonly columns?: number;
}

/** The values of `--color`. */
export type ColorOption = "auto" | "always" | "never";

/** The style for an output. https://no-color.org: any value that is not empty. */
export function styleFor(
  output: TextOutput,
  { env }: Pick<Context, "env">,
  { color, verbose }: { readonly color: ColorOption; readonly verbose: number },
): Style {
  const coloured = color === "always" ||
    (color === "auto" && output.isTerminal && env("NO_COLOR") === undefined &&
      env("TERM") !== "dumb");
  return { color: coloured, verbose, ...(output.isTerminal && { columns: output.columns() }) };
}

const COLORS = { good: 32, warn: 33, bad: 31 } as const;

/** What {@linkcode toned} puts around a word. */
export const OWN_COLORS = /(\x1b\[(?:1;3[123]|0)m)/;

/** A word that tells how good or bad something is, such as `error:`; the same letters in any style. */
export function toned(text: string, tone: keyof typeof COLORS, { color }: Style): string {
  return color ? `\x1b[1;${COLORS[tone]}m${text}\x1b[0m` : text;
}
