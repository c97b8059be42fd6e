/** A promise under a time limit. */

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
