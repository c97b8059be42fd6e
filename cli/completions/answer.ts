/** Answers the scripts of `completions`. */
import type { Command } from "commander";
import { builtinAdapters } from "../../adapters/mod.ts";
import { listPlugins } from "../../core/storage/plugins/mod.ts";
import type { Runtime } from "../../locate/containers/mod.ts";
import { RUNTIMES } from "../../locate/containers/runtimes/mod.ts";
import type { Context } from "../context.ts";
import { pluginFolders } from "../options/mod.ts";
import { type Candidate, complete, type Values } from "./candidates.ts";

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

/** Whoever presses Tab does not wait longer, in ms. */
const PATIENCE = 1500;

/** The values that there are now. */
function valuesHere(context: Context): Values {
  const adapters = () => Promise.resolve(adapterCandidates(context));
  return {
    adapter: adapters,
    to: async () => (await adapters()).map((one) => ({ ...one, value: `${one.value}:` })),
    container: (words) => containers(words),
  };
}

function adapterCandidates(context: Context): Candidate[] {
  const plugins = [...listPlugins(pluginFolders(context)).keys()].map((value) => ({ value }));
  return [
    ...builtinAdapters.map(({ name, summary }) => ({ value: name, about: summary })),
    ...plugins,
  ];
}

/** Containers of the runtime that was given, else of all. */
async function containers(words: readonly string[]): Promise<Candidate[]> {
  const given = words[words.indexOf("--runtime") + 1];
  // Whatever else was typed is not started.
  const runtimes = RUNTIMES.filter(({ name, checkListsNames }) =>
    checkListsNames === true && (!words.includes("--runtime") || name === given)
  );
  const found = await Promise.all(
    runtimes.map(async (runtime) =>
      (await namesOf(runtime)).map((value) => ({ value, about: `a container of ${runtime.name}` }))
    ),
  );
  return found.flat();
}

/** None when the tool is not there, has no rights, or takes too long. */
async function namesOf({ name, check }: Runtime): Promise<string[]> {
  try {
    const { success, stdout } = await new Deno.Command(name, {
      args: [...check],
      stdin: "null",
      stderr: "null",
      signal: AbortSignal.timeout(PATIENCE),
    }).output();
    return success
      ? new TextDecoder().decode(stdout).split("\n").filter((line) => line !== "")
      : [];
  } catch {
    return [];
  }
}
