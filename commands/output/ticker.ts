/** A call that is repeated while something goes on. */

/** Repeats a call between `start` and `stop`. */
export interface Ticker {
  /** Begins; does nothing when that was done. */
  start(): void;
  /** Ends, and can be started again. */
  stop(): void;
}

/** A ticker that keeps no process alive. */
export function ticker(tick: () => void, intervalMs: number): Ticker {
  let timer: ReturnType<typeof setInterval> | undefined;
  return {
    start() {
      if (timer !== undefined) return;
      timer = setInterval(tick, intervalMs);
      Deno.unrefTimer(timer);
    },
    stop() {
      clearInterval(timer);
      timer = undefined;
    },
  };
}
