/** Whatever was thrown, as an event. */
import { BinimportError, messageOf } from "../../core/errors.ts";
import type { ErrorEvent } from "../../core/events.ts";

/** The event for an error; one that nobody foresaw has code `internal`. */
export function errorEvent(error: unknown, target?: string): ErrorEvent {
  const about = target === undefined ? {} : { target };
  if (!(error instanceof BinimportError)) {
    return {
      event: "error",
      code: "internal",
      message: `Cannot go on: ${messageOf(error)}`,
      hint: "This is a defect of binimport. Run it again with --verbose and report what it prints.",
      retryable: false,
      ...about,
    };
  }
  const { code, message, hint, key, retryable } = error;
  return {
    event: "error",
    code,
    message,
    ...(hint === undefined ? {} : { hint }),
    ...(key === undefined ? {} : { key }),
    retryable,
    ...about,
  };
}
