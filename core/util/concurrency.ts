/** Running several things at once, within bounds. */

/** Runs `work` on every item, at most `limit` at a time; after a failure no further one is begun. */
export async function concurrently<T>(
  items: Iterable<T>,
  limit: number,
  work: (item: T) => Promise<void>,
): Promise<void> {
  const iterator = items[Symbol.iterator]();
  let failure: { readonly error: unknown } | undefined;

  async function worker(): Promise<void> {
    while (failure === undefined) {
      await pause();
      const next = iterator.next();
      if (next.done) return;
      try {
        await work(next.value);
      } catch (error) {
        failure ??= { error };
      }
    }
  }

  const workers = Math.max(1, Math.min(limit, 1000)); // an adapter may know no limit
  await Promise.all(Array.from({ length: workers }, worker));
  if (failure !== undefined) throw failure.error;
}

/** Hands out shares of a fixed capacity, first come first served. */
export interface Semaphore {
  /**
   * Waits for `weight` of the capacity, or all of it where that is less, and takes it until the
   * function that it gives is called. Rejects with its reason once `signal` is aborted.
   */
  acquire(weight?: number, signal?: AbortSignal): Promise<() => void>;
  /** Takes `weight` if that much is free now and nobody waits; else gives `undefined`. */
  tryAcquire(weight?: number): (() => void) | undefined;
}

/** A semaphore of `capacity` shares. A heavy request is not overtaken by lighter ones behind it. */
export function semaphore(capacity: number): Semaphore {
  const queue: { readonly weight: number; grant(): void }[] = [];
  let free = capacity;

  function grantWaiting(): void {
    for (let first = queue[0]; first !== undefined && first.weight <= free; first = queue[0]) {
      queue.shift();
      free -= first.weight;
      first.grant();
    }
  }

  function releaser(weight: number): () => void {
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      free += weight;
      grantWaiting();
    };
  }

  function acquire(weight = 1, signal?: AbortSignal): Promise<() => void> {
    const share = Math.min(weight, capacity);
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const leave = () => {
        queue.splice(queue.indexOf(waiter), 1);
        reject(signal?.reason);
        grantWaiting();
      };
      const waiter = {
        weight: share,
        grant() {
          signal?.removeEventListener("abort", leave);
          resolve(releaser(share));
        },
      };
      signal?.addEventListener("abort", leave, { once: true });
      queue.push(waiter);
      grantWaiting();
    });
  }

  function tryAcquire(weight = 1): (() => void) | undefined {
    if (queue.length > 0 || weight > free) return undefined;
    free -= weight;
    return releaser(weight);
  }

  return { acquire, tryAcquire };
}

/** In milliseconds: nobody notices that a signal is heard so late. */
const INTERVAL = 100;

let nextAt = 0;
let pausing: Promise<void> | undefined;

/**
 * To be awaited before every piece of work that may wait for nothing, as with files in the page cache:
 * promises alone would keep signals and timers waiting. Costs 0.1 µs; every 100 ms some 2 ms.
 */
export function pause(): Promise<void> | undefined {
  if (pausing === undefined && performance.now() >= nextAt) pausing = takeTurn();
  return pausing;
}

/**
 * By a timer: it makes Deno look for what the system has to tell. Messages and `setImmediate` can come
 * up to 61 times before it does (the `event_interval` of tokio), which is three seconds of ours.
 */
async function takeTurn(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 0));
  pausing = undefined;
  nextAt = performance.now() + INTERVAL;
}
