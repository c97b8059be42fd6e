/** Errors that all decompressors share. */
import { BinimportError } from "../errors.ts";

/** The compressed data is not what its writer wrote. */
export function damaged(state: string, cause?: unknown): BinimportError {
  return new BinimportError("package-damaged", state, {
    hint: "Fetch the package again: it was changed or cut short on the way.",
    cause,
  });
}

/** Something stands behind the compressed data that is neither more of it nor padding. */
export function notPadding(format: string): BinimportError {
  return damaged(`bytes follow the end of the ${format} data that are not padding`);
}
