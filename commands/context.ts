/** What a command may use of the process it runs in. */

import { BinimportError } from "../core/errors.ts";

/** Where text goes. */
export interface TextOutput {
  /** Whether a person may be looking at it. */
  readonly isTerminal: boolean;
  /** Writes the text as it stands. */
  write(text: string): void;
  /** Columns of the terminal; 80 when that is not known. */
  columns(): number;
}

/** Asks a person; null when there will be no answer, as after Ctrl-C. */
export type Ask = (question: string) => string | null;

/** The process, as far as commands see it; a test gives them another one. */
export interface Context {
  /** The command line behind the program's name. */
  readonly args: readonly string[];
  /** Results: nothing else is written here. */
  readonly stdout: TextOutput;
  /** Progress, warnings, errors. */
  readonly stderr: TextOutput;
  /** Aborted when the user or the system asks to stop; its reason tells which. */
  readonly signal: AbortSignal;
  /** An environment variable; undefined when unset or empty. */
  env(name: string): string | undefined;
  /** Variables that children do not get, such as passwords; only this program itself may. */
  readonly kept?: Readonly<Record<string, string>>;
  /** The command that starts this program once more, without its arguments; if there is one. */
  readonly self?: readonly string[];
  /** Present only when a person sits at a terminal. */
  readonly ask?: Ask | undefined;
  /** Standard input; to be opened once. */
  stdin(): ReadableStream<Uint8Array>;
}

/** A way to open something that can be opened once, such as standard input. */
export function openedOnce<T>(open: () => T): () => T {
  let opened = false;
  return () => {
    if (!opened) {
      opened = true;
      return open();
    }
    throw new BinimportError("usage", "Cannot read standard input twice", {
      hint: "`-` may stand for one package or for one secret, not for both.",
    });
  };
}
