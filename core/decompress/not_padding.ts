import { damaged } from "../damaged.ts";
import type { BinimportError } from "../errors.ts";

/** Something stands behind the compressed data that is neither more of it nor padding. */
export function notPadding(format: string): BinimportError {
  return damaged(`bytes follow the end of the ${format} data that are not padding`);
}
