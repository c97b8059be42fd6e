/** Sizes as people write them: `512`, `64KiB`, `16MiB`, `5GB`. */
import { BinimportError } from "./errors.ts";

const UNITS: Readonly<Record<string, number>> = {
  b: 1,
  kib: 2 ** 10,
  mib: 2 ** 20,
  gib: 2 ** 30,
  tib: 2 ** 40,
  kb: 1e3,
  mb: 1e6,
  gb: 1e9,
  tb: 1e12,
};

/**
 * The bytes that a size stands for. `KiB` to `TiB` count in 1024s, `KB` to `TB` in 1000s; without
 * a unit it is bytes. Upper or lower case, decimals and a space before the unit are fine; a part of
 * a byte is dropped. Throws code `usage` for anything else.
 *
 * @example
 * ```ts
 * parseSize("16MiB"); // 16777216
 * parseSize("1.5 MB"); // 1500000
 * ```
 */
export function parseSize(text: string): number {
  const match = /^(\d+(?:\.\d+)?)\s*([a-z]*)$/i.exec(text.trim());
  const unit = match?.[2] === "" ? 1 : UNITS[match?.[2]?.toLowerCase() ?? ""];
  const bytes = Math.floor(Number(match?.[1]) * (unit ?? NaN));
  if (!Number.isSafeInteger(bytes)) {
    throw new BinimportError("usage", `Cannot read "${text}" as a size`, {
      hint: 'Write a number and KiB, MiB or GiB, such as "16MiB".',
    });
  }
  return bytes;
}
