/** How verbs are declared. */
import type { Command } from "commander";
import type { AdapterFactory } from "../core/storage/mod.ts";
import type { Context } from "./context.ts";
import { addOutputFlags } from "./options/mod.ts";
import type { Session } from "./session.ts";

/** A verb, as its `command.ts` declares it. */
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

/** Adds a verb and those below it. */
export function addVerb(parent: Command, verb: Verb, declaring: Declaring): void {
  const { name, alias, summary, description, notes, verbs = [], hasOutput = true } = verb;
  const command = parent.command(name).description(description);
  if (alias !== undefined) command.alias(alias);
  if (summary !== undefined) command.summary(summary);
  if (notes !== undefined) command.addHelpText("after", notes);
  verb.options?.(command, declaring);
  for (const one of verbs) addVerb(command, one, declaring);
  if (verb.run === undefined) return;
  if (hasOutput) addOutputFlags(command);
  command.action(async () => {
    const { openSession } = await import("./session.ts");
    using session = openSession(command.opts(), declaring.context);
    declaring.ended(await verb.run?.(session, ...command.processedArgs) ?? 0);
  });
}
