/** Answers the scripts of `completions`. */
import type { Command } from "commander";
import type { Context } from "../context.ts";
import { complete } from "./candidates.ts";
import { valuesHere } from "./values.ts";

/** Tells what can follow the words behind `__complete`. Never fails: a shell would show the error. */
export async function answerCompletion(program: Command, context: Context): Promise<number> {
  try {
    const words = context.args.slice(1);
    const { candidates, paths } = await complete(program, words, valuesHere(context));
    const lines = candidates.map(({ value, about }) =>
      about === undefined || about === "" ? value : `${value}\t${about}`
    );
    context.stdout.write([...lines, `:${paths}`, ""].join("\n"));
  } catch {
    context.stdout.write(":none\n");
  }
  return 0;
}
