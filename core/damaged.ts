/** The error that all readers of packages share. */
import { BinimportError } from "./errors.ts";

/**
 * A package is not what its writer wrote: code `package-damaged`, with only the state as message
 * ("it ends in the middle of …"), for whoever knows the package's name to complete.
 */
export function damaged(state: string, cause?: unknown): BinimportError {
  return new BinimportError("package-damaged", state, {
    hint: "Fetch the package again: it was changed or cut short on the way.",
    cause,
  });
}
