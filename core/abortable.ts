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
