/** Errors that a user can act on: every failure that is no defect of binimport itself. */

/**
 * Every code. `docs/errors.md` gives cause and remedy of each.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { ERROR_CODES } from "binimport";
 *
 * assert(ERROR_CODES.includes("no-space"));
 * ```
 */
export const ERROR_CODES = [
  /** The command line or an option's value is wrong. */
  "usage",
  /** A plug-in adapter's file is absent, does not parse, or has the wrong shape. */
  "plugin",
  /** No package was found where one was looked for. */
  "package-missing",
  /** The package cannot be opened or read. */
  "package-unreadable",
  /** The package is no archive, or one in a form that is not supported. */
  "package-unsupported",
  /** The package is cut short, fails its checksum, or contradicts itself. */
  "package-damaged",
  /** The package holds a name, link or device that could reach outside the target. */
  "package-hostile",
  /** The clusterConfig.yaml cannot be read, is broken, or is none. */
  "config-invalid",
  /** A web server's configuration cannot be read, or no folder follows from it. */
  "nginx-conf",
  /** The bucket, folder or object is not there. */
  "not-found",
  /** The credentials are missing or wrong. */
  "unauthorized",
  /** The credentials or file permissions do not allow it. */
  "forbidden",
  /** The target is full, or a quota is reached. */
  "no-space",
  /** What was read or stored is not what it should be. */
  "integrity",
  /** The target cannot store an object under such a key. */
  "invalid-key",
  /** The target cannot be reached, or did not answer in time. */
  "unavailable",
  /** Another import holds the target. */
  "locked",
  /** The address to serve on is in use, is not of this host, or may not be used. */
  "listen",
  /** The target cannot do what is needed. */
  "unsupported",
  /** The target failed in a way that has no code of its own. */
  "target",
  /** What is there differs from what should be there. */
  "difference",
  /** It was asked to stop. */
  "aborted",
] as const;

/** What kind of failure it was. */
export type ErrorCode = typeof ERROR_CODES[number];

/** What an error knows besides its message. */
export interface ErrorDetails {
  /** The next thing to try, as a sentence. */
  readonly hint?: string | undefined;
  /** Whether the same call may succeed when made again. Default: false. */
  readonly retryable?: boolean;
  /** The object key that it is about. */
  readonly key?: string | undefined;
  /** What caused it. */
  readonly cause?: unknown;
}

/**
 * A failure: a message "Cannot X: state", a code that scripts can rely on, and the next thing to try.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { BinimportError } from "binimport";
 *
 * const error = new BinimportError("not-found", `Cannot open "/srv/www": no such folder`, {
 *   hint: "Create it, or give another --root.",
 * });
 * assert(error.code === "not-found" && !error.retryable);
 * ```
 */
export class BinimportError extends Error {
  /** The kind of failure. */
  readonly code: ErrorCode;
  /** The next thing to try. */
  readonly hint?: string;
  /** The object key that it is about. */
  readonly key?: string;
  /** Whether the same call may succeed when made again. */
  readonly retryable: boolean;

  /** Takes the code, a message "Cannot X: state", and the rest in `details`. */
  constructor(
    code: ErrorCode,
    message: string,
    { cause, hint, key, retryable = false }: ErrorDetails = {},
  ) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = "BinimportError";
    this.code = code;
    this.retryable = retryable;
    if (hint !== undefined) this.hint = hint;
    if (key !== undefined) this.key = key;
  }
}

/** The message of whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Whether a thrown value says of itself that the same call may succeed when made again. */
export function isRetryable(error: unknown): boolean {
  return error instanceof Error && "retryable" in error && error.retryable === true;
}

/** Whether a thrown value carries this code. */
export function hasCode(error: unknown, code: ErrorCode): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}

/** A package is not as it was written; only the state is said, for whoever knows the package's name. */
export function damaged(state: string, cause?: unknown): BinimportError {
  return new BinimportError("package-damaged", state, {
    hint: "Fetch the package again: it was changed or cut short on the way.",
    cause,
  });
}
