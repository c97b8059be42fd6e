/** How many bytes may be held in memory at once. */

/** Bytes lent out up to a limit. */
export interface ByteBudget {
  /** Takes so many bytes if they are free now. */
  tryTake(bytes: number): boolean;
  /** Takes so many bytes once they are free; more than the limit is lent when nothing else is. */
  take(bytes: number): Promise<void>;
  /** Gives them back. */
  give(bytes: number): void;
}

/** A budget of `limit` bytes; whoever waits is served in turn. */
export function byteBudget(limit: number): ByteBudget {
  let used = 0;
  const queue: { readonly bytes: number; readonly start: () => void }[] = [];
  const fits = (bytes: number) => used === 0 || used + bytes <= limit;

  return {
    tryTake(bytes) {
      if (queue.length > 0 || used + bytes > limit) return false;
      used += bytes;
      return true;
    },
    take(bytes) {
      if (queue.length === 0 && fits(bytes)) {
        used += bytes;
        return Promise.resolve();
      }
      return new Promise((start) => queue.push({ bytes, start }));
    },
    give(bytes) {
      used -= bytes;
      for (let next = queue[0]; next !== undefined && fits(next.bytes); next = queue[0]) {
        queue.shift();
        used += next.bytes;
        next.start();
      }
    },
  };
}
