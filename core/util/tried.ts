/** What may fail without a word. */

/** What a call gives; undefined for what is not there, may not be looked at, or went away meanwhile. */
export function tried<T>(call: () => T): T | undefined {
  try {
    return call();
  } catch {
    return undefined;
  }
}
