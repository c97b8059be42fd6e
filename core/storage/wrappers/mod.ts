/** The wrappers that an import puts around an adapter. */
import type { StorageAdapter } from "../adapter.ts";
import { limitCalls, logCalls, retryCalls } from "./calls.ts";
import { dryRun } from "./sources.ts";

export { aroundCalls, type Call, delegate } from "./delegate.ts";
export { countBytes, throttleWrites } from "./sources.ts";

/** A call that failed for a reason that may pass is made so many times more. */
export const DEFAULT_RETRIES = 3;

/** The adapter in its wrappers, from the inside out; docs/architecture.md says why in this order. */
export function inUsualWrappers(
  adapter: StorageAdapter,
  { concurrency, retries = DEFAULT_RETRIES, debug, dryRun: isDry = false }: {
    readonly concurrency?: number | undefined;
    readonly retries?: number | undefined;
    readonly debug?: ((line: string) => void) | undefined;
    readonly dryRun?: boolean | undefined;
  } = {},
): StorageAdapter {
  const { retriesInternally = false } = adapter.capabilities;
  const limited = limitCalls(adapter, concurrency);
  const logged = debug === undefined ? limited : logCalls(limited, debug);
  const retried = retriesInternally ? logged : retryCalls(logged, { retries });
  return isDry ? dryRun(retried) : retried;
}
