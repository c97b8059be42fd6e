/** What can follow on a command line: from the same declarations that it is parsed by. */
import type { Command, Option } from "commander";
import { builtinAdapters } from "../../adapters/mod.ts";
import { listPlugins } from "../../core/storage/plugins/mod.ts";
import { runCheck, RUNTIMES } from "../../locate/containers/runtimes/mod.ts";
import { verbIn } from "../arguments.ts";
import type { Context } from "../context.ts";
import { append, pluginFolders } from "../options/mod.ts";

interface Candidate {
  readonly value: string;
  readonly about?: string;
}

interface Completion {
  readonly candidates: readonly Candidate[];
  /** Whether a path can follow as well, which shells complete by themselves. */
  readonly paths: "none" | "files" | "dirs";
}

/** Tells what can follow the words behind `__complete`. Never fails: a shell would show the error. */
export async function answerCompletion(program: Command, context: Context): Promise<number> {
  try {
    const words = context.args.slice(1);
    const current = words.at(-1) ?? ""; // not finished; it may be empty
    const { candidates, paths } = await complete(program, words.slice(0, -1), current, context);
    const lines = candidates.filter(({ value }) => value.startsWith(current))
      .map(({ value, about }) => about ? `${value}\t${about}` : value);
    context.stdout.write([...lines, `:${paths}`, ""].join("\n"));
  } catch {
    context.stdout.write(":none\n");
  }
  return 0;
}

async function complete(
  program: Command,
  before: readonly string[],
  current: string,
  context: Context,
): Promise<Completion> {
  const { command, rest } = commandOf(program, before);
  if (rest.includes("--")) return argumentsOf(command, rest);
  const pending = optionNamed(command, before.at(-1) ?? "");
  if (pending !== undefined) return await valuesOf(pending, current, "", context);
  const [, flag = "", value] = /^(--[^=]+)=(.*)$/s.exec(current) ?? [];
  const joined = optionNamed(command, flag);
  if (joined !== undefined && value !== undefined) {
    return await valuesOf(joined, value, `${flag}=`, context);
  }
  if (current.startsWith("-")) {
    // Without a verb, the options of import may follow as well as the program's own.
    const bare = command === program ? optionsOf(importOf(program), rest) : [];
    const unique = new Map([...bare, ...optionsOf(command, rest)].map((one) => [one.value, one]));
    return { candidates: [...unique.values()], paths: "none" };
  }
  const verbs = rest.length > 0 ? [] : command.commands.map((one) => ({
    value: one.name(),
    about: gist(one.summary() || one.description()),
  }));
  const own = argumentsOf(command, rest);
  return { ...own, candidates: [...verbs, ...own.candidates] };
}

/** The command that words lead to, and what stands behind it. Without a verb it is `import`. */
function commandOf(
  program: Command,
  words: readonly string[],
): { readonly command: Command; readonly rest: readonly string[] } {
  let command = program;
  for (const [i, word] of words.entries()) {
    const found = verbIn(command, word);
    if (found === undefined) {
      return { command: command === program ? importOf(program) : command, rest: words.slice(i) };
    }
    command = found;
  }
  return { command, rest: [] };
}

function importOf(program: Command): Command {
  return verbIn(program, "import") ?? program;
}

function optionNamed({ options }: Command, word: string): Option | undefined {
  return options.find(({ long, short, required, optional }) =>
    word !== "" && (long === word || short === word) && (required || optional)
  );
}

async function valuesOf(
  option: Option,
  current: string,
  prefix: string,
  context: Context,
): Promise<Completion> {
  const choices = (option.argChoices ?? []).map((value) => ({ value }));
  const all = [...choices, ...await valuesHere(option.attributeName(), context)];
  // Behind --to nginx-fs: comes a path.
  const isLocation = option.attributeName() === "to" && /^[\w-]+:/.test(current);
  return {
    candidates: all.map((one) => ({ ...one, value: prefix + one.value })),
    paths: isLocation ? "files" : pathsOf(option),
  };
}

/** By the name of the value in the help: `--root <dir>`, `--ca-file <file>`. */
function pathsOf({ flags, long }: Option): Completion["paths"] {
  if (/<dir/.test(flags)) return "dirs";
  // An adapter may be a file, too.
  return /<.*file/.test(flags) || long === "--adapter" ? "files" : "none";
}

function optionsOf({ options }: Command, given: readonly string[]): Candidate[] {
  return options
    .filter(({ long, short, parseArg, hidden }) =>
      !hidden && (parseArg === append || ![long, short].some((one) => given.includes(one ?? "")))
    )
    .map(({ long, description }) => ({ value: long ?? "", about: gist(description) }))
    .concat([{ value: "--help", about: "what it does, and its options" }]);
}

function argumentsOf(command: Command, rest: readonly string[]): Completion {
  const [first] = command.registeredArguments;
  const isDone = !first?.variadic && rest.some((word) => !word.startsWith("-"));
  if (first === undefined || isDone) return { candidates: [], paths: "none" };
  const choices = first.argChoices?.map((value) => ({ value }));
  return {
    candidates: choices ?? [],
    paths: choices ? "none" : first.name() === "dir" ? "dirs" : "files",
  };
}

/** A line of a menu: up to the first colon, bracket or line end. */
function gist(description: string): string {
  return description.split(/[:;(\n]/)[0]?.trim() ?? "";
}

/** Values that no declaration tells, by the parser's name of the option. */
async function valuesHere(attribute: string, context: Context): Promise<Candidate[]> {
  if (attribute === "container") return await containers(context);
  if (attribute !== "adapter" && attribute !== "to") return [];
  const end = attribute === "to" ? ":" : "";
  return [
    ...builtinAdapters.map(({ name, summary }) => ({ value: name + end, about: summary })),
    ...[...listPlugins(pluginFolders(context)).keys()].map((name) => ({ value: name + end })),
  ];
}

/** Whoever presses Tab does not wait longer, in ms. */
const PATIENCE = 1500;

async function containers({ args: words, env }: Context): Promise<Candidate[]> {
  const given = words[words.indexOf("--runtime") + 1];
  // Whatever else was typed is not started.
  const runtimes = RUNTIMES.filter(({ name, podsOnly }) =>
    !podsOnly && (!words.includes("--runtime") || name === given)
  );
  const found = await Promise.all(runtimes.map(async (runtime) => {
    const ended = await runCheck(runtime, env, PATIENCE);
    const names = ended?.status === 0 ? new TextDecoder().decode(ended.stdout).split("\n") : [];
    return names.filter(Boolean)
      .map((value) => ({ value, about: `a container of ${runtime.name}` }));
  }));
  return found.flat();
}
