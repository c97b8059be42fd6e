/** Waiting for a plug-in, which may never answer. */

/** How long a plug-in is waited for. */
export interface Patience {
  /** Milliseconds without any sign of life. */
  readonly silence: number;
  /** Milliseconds that a call may go on after it was aborted. */
  readonly grace: number;
}

/** One file may take hours, and shows that it goes on by reading its source; nothing else does. */
export const DEFAULT_PATIENCE: Patience = { silence: 300_000, grace: 10_000 };

/** What is waited for. */
export interface Awaited {
  /** Aborted when it is no longer wanted. */
  readonly signal?: AbortSignal | undefined;
  /** When it last showed a sign of life, by `performance.now()`. Default: when it was begun. */
  readonly lastSign?: () => number;
}

/**
 * The outcome of a call; or a rejection with `late()` when it shows no sign of life for too long,
 * and with the signal's reason when it does not end soon after it was aborted.
 */
export async function patiently<T>(
  call: Promise<T>,
  { silence, grace }: Patience,
  { signal, lastSign }: Awaited,
  late: () => Error,
): Promise<T> {
  const begun = performance.now();
  const { promise: gaveUp, reject } = Promise.withResolvers<never>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const look = () => {
    const left = (lastSign?.() ?? begun) + silence - performance.now();
    if (left <= 0) reject(late());
    else timer = setTimeout(look, left);
  };
  const stop = () => {
    clearTimeout(timer);
    timer = setTimeout(() => reject(signal?.reason), grace);
  };
  if (signal?.aborted) stop();
  else look();
  signal?.addEventListener("abort", stop, { once: true });
  try {
    return await Promise.race([call, gaveUp]);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", stop);
  }
}
