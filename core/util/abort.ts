/** Giving up on a stream that stalls. */

/**
 * The values of an iterable until `signal` is aborted: then the step under way rejects at once
 * with the signal's reason, even if the iterable never gives another value. The iterable is told
 * to return then, but not waited for.
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

/**
 * The outcome of a promise, or a rejection with `late()` when it takes longer than a number of
 * milliseconds. The promise itself goes on, and what becomes of it then is of no concern.
 */
export async function within<T>(
  promise: Promise<T>,
  milliseconds: number,
  late: () => Error,
): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(late()), milliseconds);
  });
  try {
    return await Promise.race([promise, limit]);
  } finally {
    clearTimeout(timer);
  }
}

/** A signal that follows another one with a delay. Disposing of it ends the waiting. */
export interface DelayedSignal extends Disposable {
  /** Aborted so long after the other one, for the same reason. */
  readonly signal: AbortSignal;
}

/** A signal that is aborted `milliseconds` after the given one. */
export function delayed(signal: AbortSignal | undefined, milliseconds: number): DelayedSignal {
  const controller = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const start = () => {
    timer = setTimeout(() => controller.abort(signal?.reason), milliseconds);
  };
  signal?.addEventListener("abort", start, { once: true });
  return {
    signal: controller.signal,
    [Symbol.dispose]() {
      signal?.removeEventListener("abort", start);
      clearTimeout(timer);
    },
  };
}
