/** What a verb is, as its `command.ts` declares it. */
import type { Command } from "commander";
import type { AdapterFactory } from "../core/storage/mod.ts";
import type { Verb as Reported } from "../report/mod.ts";
import type { Context } from "./context.ts";
import type { Session } from "./session.ts";

export interface Verb {
  readonly name: string;
  readonly alias?: string;
  readonly summary?: string;
  readonly description: string;
  readonly notes?: string;
  /** Verbs of its own, instead of something to run. */
  readonly verbs?: readonly Verb[];
  /** Whether it has the options of the output. Default: true. */
  readonly hasOutput?: boolean;
  /** What a page of `--report` says that it is of, where there is that option. */
  readonly reported?: Reported;
  options?(command: Command, declaring: Declaring): void;
  /** Runs it with its arguments; gives the exit status, 0 without one. */
  run?(session: Session, ...args: readonly unknown[]): Promise<number | void>;
}

/** What verbs are declared for. */
export interface Declaring {
  readonly context: Context;
  /** Plug-ins whose flags the verbs have, besides those of the built-in adapters. */
  readonly plugins: readonly AdapterFactory[];
  ended(status: number): void;
}
