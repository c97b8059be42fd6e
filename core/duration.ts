/** Lengths of time as people write them. */
import { BinimportError } from "./errors.ts";

/**
 * The milliseconds of a length of time: numbers with a unit, `ms`, `s`, `m` or `h`, the larger ones
 * first, or a plain `0`. Throws code `usage` for anything else.
 *
 * @example
 * ```ts
 * import { parseDuration } from "./duration.ts";
 * import { equal } from "node:assert/strict";
 *
 * equal(parseDuration("30s"), 30_000);
 * equal(parseDuration("1h30m"), 5_400_000);
 * ```
 */
export function parseDuration(text: string): number {
  const match = /^(?:(\d+)h)?(?:(\d+)m)?(?:(\d+(?:\.\d+)?)s)?(?:(\d+)ms)?$/.exec(text);
  if (text === "0") return 0;
  if (text === "" || match === null) {
    throw new BinimportError("usage", `Cannot read the duration "${text}": no such form`, {
      hint: "Write numbers with units, such as 500ms, 30s, 5m or 1h30m.",
    });
  }
  const [, h = "0", m = "0", s = "0", ms = "0"] = match;
  return Number(h) * 3_600_000 + Number(m) * 60_000 + Number(s) * 1000 + Number(ms);
}
