/** Bounding how many bytes pass in a second. */
import { BinimportError } from "./errors.ts";
import { sleep } from "./retry.ts";
import { parseSize } from "./units.ts";

/** Less would take days for any package. */
const LEAST = 1024;

/**
 * The bytes in a second that a rate stands for: a size, with `/s` behind it or not. Throws code
 * `usage` for anything else, and for less than 1 KiB.
 */
export function parseRate(text: string): number {
  const rate = parseSize(text.replace(/\/s(ec)?$/i, ""));
  if (rate >= LEAST) return rate;
  throw new BinimportError("usage", `Cannot use "${text}" as a rate: it is less than 1KiB/s`, {
    hint: "Write how much may pass in a second, such as 10MiB.",
  });
}

/** Lets bytes pass at a rate. */
export interface RateLimit {
  /** Waits until so many more bytes may pass; rejects once `signal` is aborted. */
  pass(bytes: number, signal?: AbortSignal): Promise<void>;
}

/**
 * A limit that all who share it keep together. Each passes at once if the rate has not been reached,
 * and the next one waits for it; time in which nobody came is not saved up.
 */
export function rateLimit(bytesPerSecond: number): RateLimit {
  let free = 0; // when the rate allows the next byte, by performance.now()
  return {
    async pass(bytes, signal) {
      const now = performance.now();
      const turn = Math.max(now, free);
      free = turn + (bytes / bytesPerSecond) * 1000;
      if (turn > now) await sleep(turn - now, signal);
    },
  };
}
