/** What a command may use of the process it runs in. */
import { BinimportError, type ErrorCode } from "../core/util/errors.ts";

/** Standard output, or standard error. */
export interface TextOutput {
  readonly isTerminal: boolean;
  write(text: string): void;
  /** Columns of the terminal; 80 when that is not known. */
  columns(): number;
}

/** The process, as far as commands see it; a test gives them another one. */
export interface Context {
  readonly args: readonly string[];
  /** Results: nothing else is written here. */
  readonly stdout: TextOutput;
  readonly stderr: TextOutput;
  readonly signal: AbortSignal;
  /** An environment variable; undefined when unset or empty. */
  env(name: string): string | undefined;
  /** Variables that children do not get, such as passwords; only this program itself may. */
  readonly kept?: Readonly<Record<string, string>>;
  /** The command that starts this program once more, without its arguments; if there is one. */
  readonly self?: readonly string[];
  /** Asks the person at the terminal, if there is one; null for no answer, as after Ctrl-C. */
  readonly ask?: ((question: string, hidden: boolean) => string | null) | undefined;
  /** Standard input; to be opened once. */
  stdin(): ReadableStream<Uint8Array>;
}

/** An error in what was typed. */
export function usageError(message: string, hint?: string, cause?: unknown): BinimportError {
  return new BinimportError("usage", message, { hint, cause });
}

/** The exit status when all was looked at, and something is not as it should be. */
export const DIFFERENT = 5;

/** When the target refused, or cannot be reached. */
export const REFUSED = 4;

/** Exit statuses of codes; any other one tells of the target. */
const STATUS: { readonly [Code in ErrorCode]?: number } = {
  "usage": 2,
  "plugin": 2,
  "package-missing": 3,
  "package-unreadable": 3,
  "package-unsupported": 3,
  "package-damaged": 3,
  "package-hostile": 3,
  "config-invalid": 3,
  "nginx-conf": 3,
  "difference": DIFFERENT,
  "aborted": 130,
};

/** Signals that ask to stop, by their numbers. */
export const STOP_SIGNALS = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 } as const;

/** Why a process was stopped, as the reason of its abort signal. */
export class Stopped extends BinimportError {
  /** Takes the signal's name, and what is left and what to do then. */
  constructor(
    readonly signalName: keyof typeof STOP_SIGNALS,
    hint = "Run the same command to continue.",
  ) {
    super("aborted", `Stopped by ${signalName}`, { hint });
  }
}

/** The exit status for something thrown: 1 for whatever is no {@linkcode BinimportError}. */
export function exitStatus(error: unknown): number {
  if (error instanceof Stopped) return 128 + STOP_SIGNALS[error.signalName]; // as shells have it
  return error instanceof BinimportError ? STATUS[error.code] ?? REFUSED : 1;
}
