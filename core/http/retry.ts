/** Looking once more over a URL, where what was seen there may pass. */
import { sleep } from "../util/retry.ts";

export interface Observation {
  /** Whether it may look otherwise soon. */
  readonly transient?: boolean;
}

/** How often it is looked again. */
const LOOKS_AGAIN = 2;

/** Before the first look again, in milliseconds; up to twice as long, and longer before the next. */
const PAUSE = 300;

/** Of a server in trouble, or one that wants to be left alone. */
const PASSING: ReadonlySet<number> = new Set([408, 429, 500, 502, 503, 504]);

/** Whether a status may be another one soon. */
export function isTransientStatus(status: number): boolean {
  return PASSING.has(status);
}

/** Looks, and again while that may help and `goOn` is true. */
export async function retryTransient<T extends Observation | undefined>(
  look: () => Promise<T>,
  signal: AbortSignal | undefined,
  goOn: () => boolean = () => true,
): Promise<T> {
  let seen = await look();
  for (let nth = 1; seen?.transient && nth <= LOOKS_AGAIN && goOn(); nth++) {
    await sleep(PAUSE * nth * (1 + Math.random()), signal);
    seen = await look();
  }
  return seen;
}
