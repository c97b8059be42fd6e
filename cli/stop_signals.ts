/** Stopping in an orderly way: soon, and at once when asked again. */
import { Stopped } from "./context.ts";

/** Signals that ask to stop: their numbers, and the exit statuses that shells expect. */
const SIGNALS = {
  SIGHUP: { number: 1, status: 129 },
  SIGINT: { number: 2, status: 130 },
  SIGTERM: { number: 15, status: 143 },
} as const;

/**
 * Milliseconds for tidying up. A server that does not answer would take longer; what is left then
 * is removed by the next run.
 */
const GRACE = 1_800;

/**
 * A signal that is aborted when the process is asked to stop. `exit` is called when it is asked
 * again, or when tidying up takes too long.
 */
export function stopSignal(exit: (status: number, late: boolean) => void): AbortSignal {
  const stop = new AbortController();
  const ignored = ignoredSignals();
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    const { number, status } = SIGNALS[name];
    // What nohup, or a shell that starts it in the background, has it ignore stays ignored; by a
    // listener, for Deno makes SIGHUP end the process once there are any.
    const isIgnored = ((ignored >> BigInt(number - 1)) & 1n) === 1n;
    Deno.addSignalListener(name, () => {
      if (isIgnored) return;
      if (stop.signal.aborted) return exit(status, false);
      stop.abort(new Stopped(name));
      Deno.unrefTimer(setTimeout(() => exit(status, true), GRACE));
    });
  }
  return stop.signal;
}

/** As a bit mask (proc(5), SigIgn); none where /proc may not be read. */
function ignoredSignals(): bigint {
  try {
    const status = Deno.readTextFileSync("/proc/self/status");
    return BigInt(`0x${/^SigIgn:\s*([0-9a-f]+)$/m.exec(status)?.[1] ?? "0"}`);
  } catch {
    return 0n;
  }
}
