/** How text looks on an output. */
import type { Context, TextOutput } from "../context.ts";

export interface Style {
  readonly color: boolean;
  /** From 1 on, each file is shown. */
  readonly verbose: number;
  /** Columns that text is broken at; absent where nobody looks at lines. */
  readonly columns?: number;
}

/** What the command line says of it. */
export interface StyleOptions {
  /** Default: `auto`. */
  readonly color?: "auto" | "always" | "never";
  /** 1: each file, and what was decided and why; 2: each call of an adapter, too. Default: 0. */
  readonly verbose?: number;
}

/** The style for an output. https://no-color.org: any value that is not empty. */
export function styleFor(
  { isTerminal, columns }: TextOutput,
  { env }: Pick<Context, "env">,
  { color = "auto", verbose = 0 }: StyleOptions,
): Style {
  const isDull = env("NO_COLOR") !== undefined || env("TERM") === "dumb";
  return {
    color: color === "always" || (color === "auto" && isTerminal && !isDull),
    verbose: Number(verbose), // $BINIMPORT_VERBOSE gives true
    ...(isTerminal && { columns: columns() }),
  };
}

const COLORS = { good: 32, warn: 33, bad: 31 } as const;

/** What {@linkcode toned} puts around a word. */
export const OWN_COLORS = /(\x1b\[(?:1;3[123]|0)m)/;

/** A word that tells how good or bad something is, such as `error:`; the same letters in any style. */
export function toned(text: string, tone: keyof typeof COLORS, { color }: Style): string {
  return color ? `\x1b[1;${COLORS[tone]}m${text}\x1b[0m` : text;
}
