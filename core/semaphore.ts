/** Bounds what may be held at once: requests in flight, or bytes of memory. */

/** Hands out shares of a fixed capacity, first come first served. */
export interface Semaphore {
  /**
   * Waits for `weight` of the capacity and takes it; what weighs more than the whole capacity
   * takes all of it. Gives the function that hands it back, which is safe to call again. Rejects
   * with the signal's reason, and takes nothing, once `signal` is aborted.
   */
  acquire(weight?: number, signal?: AbortSignal): Promise<() => void>;
  /** Takes `weight` if that much is free now and nobody waits; else gives `undefined`. */
  tryAcquire(weight?: number): (() => void) | undefined;
}

interface Waiter {
  readonly weight: number;
  grant(): void;
}

/**
 * A semaphore of `capacity` shares. A heavy request is not overtaken by lighter ones behind it, so
 * it cannot starve.
 *
 * @example
 * ```ts
 * const memory = semaphore(64 * 1024 * 1024);
 * const release = await memory.acquire(16 * 1024 * 1024);
 * try { … } finally { release(); }
 * ```
 */
export function semaphore(capacity: number): Semaphore {
  const queue: Waiter[] = [];
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
      const waiter: Waiter = {
        weight: share,
        grant: () => {
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
