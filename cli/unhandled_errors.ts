// deno-lint-ignore-file no-console -- what plug-ins print is led elsewhere
/** What a plug-in does outside of the calls that it is asked for. */
import { BinimportError, messageOf } from "../core/util/errors.ts";

/**
 * Watches over plug-ins while they run. A promise of theirs that is rejected and awaited by nobody,
 * or an error in a timer, would end the process where it stands; here it aborts `signal`, so that the work ends
 * in an orderly way. What they print goes to standard error, since standard output is for results.
 */
export function guardAgainstUnhandled(
  addresses: readonly string[],
): Disposable & { readonly signal: AbortSignal } {
  const controller = new AbortController();
  const stop = (event: Event, cause: unknown) => {
    event.preventDefault();
    controller.abort(strayError(addresses, cause));
  };
  const onRejection = (event: PromiseRejectionEvent) => stop(event, event.reason);
  const onError = (event: ErrorEvent) => stop(event, event.error);
  globalThis.addEventListener("unhandledrejection", onRejection);
  globalThis.addEventListener("error", onError);
  const printing = { log: console.log, info: console.info, debug: console.debug };
  console.log = console.info = console.debug = console.error;
  return {
    signal: controller.signal,
    [Symbol.dispose]() {
      globalThis.removeEventListener("unhandledrejection", onRejection);
      globalThis.removeEventListener("error", onError);
      Object.assign(console, printing);
    },
  };
}

function strayError(addresses: readonly string[], cause: unknown): BinimportError {
  const files = addresses.map((one) => JSON.stringify(one)).join(" or ");
  const frame = cause instanceof Error ? cause.stack?.split("\n    at ")[1] ?? "" : "";
  const place = /(?:file:\/\/)?[^\s()]+:\d+:\d+/.exec(frame)?.[0];
  const thrown = place === undefined ? "" : `It was thrown at ${place}. `;
  const state = `an error that nothing handles: ${messageOf(cause)}`;
  const hint = `${thrown}Await every promise, and catch errors in timers.`;
  return new BinimportError("plugin", `Cannot continue with adapter ${files}: ${state}`, {
    hint,
    cause,
  });
}
