/** Lines at the end of a terminal that change in place. */
import type { TextOutput } from "../context.ts";

/** Draws lines over those it drew before. */
export interface LiveLines {
  /** Shows these lines in place of the former ones, which are to be narrower than the terminal. */
  show(lines: readonly string[]): void;
  /** Takes them away, so that other text can follow. */
  clear(): void;
}

/**
 * Lines at the end of an output. Each line is written over the former one and its rest erased, in one
 * write: erased first, they would flicker.
 */
export function liveLines(output: TextOutput): LiveLines {
  let shown = 0;

  /** To the beginning of the first line shown. */
  function back(): string {
    return shown > 1 ? `\r\x1b[${shown - 1}A` : "\r";
  }

  return {
    show(lines) {
      const text = lines.map((line) => `${line}\x1b[K`).join("\n");
      // With fewer lines than before, what is left below goes too.
      output.write(`${back()}${text}${lines.length < shown ? "\x1b[J" : ""}`);
      shown = lines.length;
    },
    clear() {
      if (shown > 0) output.write(`${back()}\x1b[J`);
      shown = 0;
    },
  };
}
