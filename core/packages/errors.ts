/** Errors of packages. Where met, only the state is known; they are restated with the name. */
import { systemState } from "../util/errno.ts";
import { BinimportError } from "../util/errors.ts";

/** The error for what may be right, but cannot be read: code `package-unsupported`. */
export function unsupported(state: string, hint?: string): BinimportError {
  return new BinimportError("package-unsupported", state, { hint });
}

/** The error for what could do harm: code `package-hostile`. */
export function hostile(state: string, hint?: string): BinimportError {
  return new BinimportError("package-hostile", state, { hint });
}

/** The error for a file or folder that cannot be read: code `package-unreadable`. */
export function unreadable(path: string, cause: unknown): BinimportError {
  const message = `Cannot read ${JSON.stringify(path)}: ${systemState(cause)}`;
  return new BinimportError("package-unreadable", message, { cause });
}

/** The same error with another message, and perhaps another hint. */
export function restated(
  error: BinimportError,
  message: string,
  hint: string | undefined = error.hint,
): BinimportError {
  return new BinimportError(error.code, message, { hint, cause: error });
}

/** Whether an error is about the package, and not about what is done with it. */
export function isPackageError(error: unknown): error is BinimportError {
  return error instanceof BinimportError && error.code.startsWith("package-");
}
