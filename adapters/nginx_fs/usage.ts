/** Options that are wrong. */
import { BinimportError } from "../../core/errors.ts";

/** An error "Cannot WHAT" with code `usage`. */
export function usage(what: string, hint: string): BinimportError {
  return new BinimportError("usage", `Cannot ${what}`, { hint });
}
