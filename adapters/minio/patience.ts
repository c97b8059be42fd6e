/** How long to put up with a server. */
import type { TimeLimits } from "./watch.ts";

/** How long to put up with a server, and how often to try again. */
export interface Patience extends TimeLimits {
  /** How many more attempts follow one that failed in a way that may pass. */
  readonly retries: number;
  /** How often it may fall silent: one that is overloaded is not helped by more requests. */
  readonly silences: number;
}

/**
 * So that a server that stays away fails a call within a minute, tidying up included: 4 attempts
 * to connect take 36 s, 2 silences as long, and the waits between attempts 3.5 s at most.
 */
export const DEFAULT_PATIENCE: Patience = {
  connect: 9_000,
  idle: 18_000,
  retries: 3,
  silences: 2,
};

/** Of a request that tidies up, perhaps because the server is gone. */
export const QUICK: Partial<Patience> = { connect: 3_000, idle: 3_000, retries: 1 };
