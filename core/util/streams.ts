/** Live streams: one that stalls is given up, one is read by several. */

/**
 * The values of an iterable until `signal` is aborted: then the step under way rejects at once with
 * its reason, and the iterable is told to return, but not waited for.
 */
export async function* abortable<T>(
  values: AsyncIterable<T>,
  signal: AbortSignal | undefined,
): AsyncGenerator<T> {
  if (signal === undefined) return yield* values;
  signal.throwIfAborted();
  const iterator = values[Symbol.asyncIterator]();
  let giveUp: (reason: unknown) => void = () => {};
  const stop = () => giveUp(signal.reason);
  signal.addEventListener("abort", stop, { once: true });
  let ended = false;

  // No Promise.race: one that never settles keeps whatever came of every race it was in.
  const next = () =>
    new Promise<IteratorResult<T>>((resolve, reject) => {
      signal.throwIfAborted();
      giveUp = reject;
      iterator.next().then(resolve, reject);
    });

  try {
    for (;;) {
      const step = await next();
      ended = step.done === true;
      if (step.done) return;
      yield step.value;
    }
  } finally {
    signal.removeEventListener("abort", stop);
    const returned = ended ? undefined : iterator.return?.();
    if (signal.aborted) returned?.catch(() => {});
    else await returned;
  }
}

/** One reader's side of a shared stream. */
export interface Branch {
  /** To be iterated once. */
  readonly chunks: AsyncIterable<Uint8Array>;
  /** The reader wants no more, or never began: it no longer holds up the others. */
  leave(): void;
}

/**
 * Gives every chunk, and an error, of a stream to each reader, in step with the slowest one that is
 * still there: memory stays at one chunk.
 */
export function fanOut(chunks: AsyncIterable<Uint8Array>): {
  /** A branch for one more reader. All are made before the first of them is read. */
  branch(): Branch;
  /** Settles when the stream has ended or every reader has left; rejects when it failed itself. */
  ended(): Promise<void>;
} {
  const iterator = chunks[Symbol.asyncIterator]();
  const { promise: ended, resolve, reject } = Promise.withResolvers<void>();
  let readers = 0;
  let waiting: PromiseWithResolvers<IteratorResult<Uint8Array>>[] = [];

  function advanceWhenAllWait(): void {
    if (readers === 0) return resolve();
    if (waiting.length < readers) return;
    const asked = waiting;
    waiting = [];
    iterator.next().then(
      (result) => {
        if (result.done) resolve();
        for (const reader of asked) reader.resolve(result);
      },
      (error) => {
        reject(error);
        for (const reader of asked) reader.reject(error);
      },
    );
  }

  function branch(): Branch {
    readers++;
    let left = false;
    function leave(): void {
      if (left) return;
      left = true;
      readers--;
      advanceWhenAllWait();
    }
    const reader: AsyncIterator<Uint8Array> = {
      next() {
        const turn = Promise.withResolvers<IteratorResult<Uint8Array>>();
        waiting.push(turn);
        advanceWhenAllWait();
        return turn.promise;
      },
      return() {
        leave();
        return Promise.resolve({ done: true, value: undefined });
      },
    };
    return { chunks: { [Symbol.asyncIterator]: () => reader }, leave };
  }

  ended.catch(() => {}); // whoever does not await it still hears of it through a branch
  return { branch, ended: () => (readers === 0 ? Promise.resolve() : ended) };
}
