/** Breaks in work that never waits. */

/** In milliseconds: nobody notices that a signal is heard so late. */
const INTERVAL = 50;

let nextAt = 0;
let pausing: Promise<void> | undefined;

/**
 * To be awaited before every piece of work that may be done without waiting for anything, as with
 * files in the page cache: promises alone would keep signals and timers waiting until all is done.
 * Costs 0.1 µs; every 50 ms all who work stop, for some 0.2 ms.
 */
export function pause(): Promise<void> | undefined {
  if (pausing === undefined && performance.now() >= nextAt) pausing = takeTurn();
  return pausing;
}

async function takeTurn(): Promise<void> {
  await otherEvents();
  pausing = undefined;
  nextAt = performance.now() + INTERVAL;
}

/**
 * Resolves behind events that are due. A message does that: Deno looks for signals only after every
 * 61st of `setImmediate`, and its timers are 2 ms late.
 */
function otherEvents(): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = () => {
    port1.close();
    port2.close(); // Deno would keep it
    resolve();
  };
  port2.postMessage(undefined);
  return promise;
}
