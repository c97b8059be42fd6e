// deno-lint-ignore-file no-console -- what plug-ins print is led elsewhere
/** What a plug-in does outside of the calls that it is asked for. */
import { BinimportError, messageOf } from "../core/util/errors.ts";

/**
 * Watches over plug-ins while they run: a rejected promise that nobody awaits, an error in a timer or a
 * call that would end the program, as if all were done, aborts `signal`, so that the work ends in an
 * orderly way. What they print goes to standard error.
 */
export function guardAgainstUnhandled(
  addresses: readonly string[],
): Disposable & { readonly signal: AbortSignal } {
  const controller = new AbortController();
  const files = addresses.map((one) => JSON.stringify(one)).join(" or ");
  const stop = (event: Event, cause: unknown) => {
    event.preventDefault();
    const frame = cause instanceof Error ? cause.stack?.split("\n    at ")[1] ?? "" : "";
    const place = /(?:file:\/\/)?[^\s()]+:\d+:\d+/.exec(frame)?.[0];
    const thrown = place === undefined ? "" : `It was thrown at ${place}. `;
    const state = `an error that nothing handles: ${messageOf(cause)}`;
    const message = `Cannot continue with adapter ${files}: ${state}`;
    const hint = `${thrown}Await every promise, and catch errors in timers.`;
    controller.abort(new BinimportError("plugin", message, { hint, cause }));
  };
  const onRejection = (event: PromiseRejectionEvent) => stop(event, event.reason);
  const onError = (event: ErrorEvent) => stop(event, event.error);
  globalThis.addEventListener("unhandledrejection", onRejection);
  globalThis.addEventListener("error", onError);
  const printing = { log: console.log, info: console.info, debug: console.debug };
  console.log = console.info = console.debug = console.error;
  const { exit } = Deno;
  const refuseExit = (status = 0) => {
    const message =
      `Cannot continue with adapter ${files}: it ends the program, by status ${status}`;
    const refusal = new BinimportError("plugin", message, { hint: "Throw an error instead." });
    controller.abort(refusal);
    throw refusal;
  };
  Object.assign(Deno, { exit: refuseExit }); // process.exit of Node comes here, too
  return {
    signal: controller.signal,
    [Symbol.dispose]() {
      globalThis.removeEventListener("unhandledrejection", onRejection);
      globalThis.removeEventListener("error", onError);
      Object.assign(console, printing);
      Object.assign(Deno, { exit });
    },
  };
}
