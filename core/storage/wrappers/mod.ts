/** The wrappers that an import puts around an adapter. */
import type { RateLimit } from "../../util/retry.ts";
import type { StorageAdapter } from "../adapter.ts";
import { limitCalls, logCalls, retryCalls } from "./calls.ts";
import { countBytes, dryRun, throttleWrites } from "./sources.ts";

export { aroundCalls, type Call, delegate } from "./calls.ts";

/** A call that failed for a reason that may pass is made so many times more. */
export const DEFAULT_RETRIES = 3;

/** The adapter in its wrappers, from the inside out; docs/architecture.md says why in this order. */
export function inUsualWrappers(
  adapter: StorageAdapter,
  { onBytes, rate, concurrency, retries = DEFAULT_RETRIES, debug, dryRun: isDry = false }: {
    /** Told, by key, of every byte that it takes. */
    readonly onBytes?: ((key: string, bytes: number) => void) | undefined;
    /** How fast it takes them. */
    readonly rate?: RateLimit | undefined;
    readonly concurrency?: number | undefined;
    readonly retries?: number | undefined;
    readonly debug?: ((line: string) => void) | undefined;
    readonly dryRun?: boolean | undefined;
  } = {},
): StorageAdapter {
  const { retriesInternally = false } = adapter.capabilities;
  const counted = onBytes === undefined ? adapter : countBytes(adapter, onBytes);
  const throttled = rate === undefined ? counted : throttleWrites(counted, rate);
  const limited = limitCalls(throttled, concurrency);
  const logged = debug === undefined ? limited : logCalls(limited, debug);
  const retried = retriesInternally ? logged : retryCalls(logged, { retries });
  return isDry ? dryRun(retried) : retried;
}
