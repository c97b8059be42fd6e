/** From how much was read by when to how fast it went. */

/** How much had been read at a moment. */
export interface Sample {
  /** Since the run began. */
  readonly seconds: number;
  readonly bytes: number;
}

/** How fast it went during one of several stretches of equal length. */
export interface Rates {
  /** When the first stretch begins, in seconds since the run began. */
  readonly from: number;
  /** When the last one ends. */
  readonly to: number;
  /** Bytes a second, stretch by stretch. */
  readonly rates: readonly number[];
}

/** As many as a phone can show. */
const STRETCHES = 60;

/** Rates over time; `undefined` when too little was read for a picture to tell anything. */
export function ratesOf(samples: readonly Sample[]): Rates | undefined {
  const [first, last] = [samples[0], samples.at(-1)];
  if (first === undefined || last === undefined || samples.length < 8) return undefined;
  const span = last.seconds - first.seconds;
  if (span <= 0 || last.bytes <= first.bytes) return undefined;
  const count = Math.min(STRETCHES, Math.floor(samples.length / 4));
  const rates: number[] = [];
  let before = first.bytes;
  for (let i = 1, at = 0; i <= count; i++) {
    const end = first.seconds + (span * i) / count;
    while (at + 1 < samples.length && (samples[at + 1]?.seconds ?? Infinity) <= end) at++;
    const now = i === count ? last.bytes : samples[at]?.bytes ?? before;
    rates.push((now - before) / (span / count));
    before = now;
  }
  return { from: first.seconds, to: last.seconds, rates };
}
