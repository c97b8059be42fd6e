/** Exit statuses, as docs/errors.md lists them. */
import type { ErrorCode } from "../core/errors.ts";
import { BinimportError } from "../core/errors.ts";

/** The program's exit status for each kind of failure. */
const STATUS: Readonly<Record<ErrorCode, number>> = {
  "usage": 2,
  "plugin": 2,
  "package-missing": 3,
  "package-unreadable": 3,
  "package-unsupported": 3,
  "package-damaged": 3,
  "package-hostile": 3,
  "config-invalid": 3,
  "nginx-conf": 3,
  "not-found": 4,
  "unauthorized": 4,
  "forbidden": 4,
  "no-space": 4,
  "integrity": 4,
  "invalid-key": 4,
  "unavailable": 4,
  "locked": 4,
  "listen": 4,
  "unsupported": 4,
  "target": 4,
  "difference": 5,
  "aborted": 130,
};

/** Why a process was stopped, as the reason of its abort signal. */
export class Stopped extends BinimportError {
  /** Takes the signal's name, and what is left and what to do then. */
  constructor(
    readonly signalName: "SIGINT" | "SIGTERM" | "SIGHUP",
    hint = "Run the same command to continue.",
  ) {
    super("aborted", `Stopped by ${signalName}`, { hint });
  }
}

/** The exit status for something thrown: 1 for whatever is no {@linkcode BinimportError}. */
export function exitStatus(error: unknown): number {
  if (error instanceof Stopped) {
    return { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 }[error.signalName];
  }
  return error instanceof BinimportError ? STATUS[error.code] : 1;
}
