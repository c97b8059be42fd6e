/** What can follow on a command line: from the same declarations that it is parsed by. */
import type { Command, Option } from "commander";
import { builtinAdapters } from "../../adapters/mod.ts";
import { listPlugins } from "../../core/storage/plugins/mod.ts";
import { runCheck, RUNTIMES } from "../../locate/containers/runtimes/mod.ts";
import { verbIn } from "../arguments.ts";
import type { Context } from "../context.ts";
import { append, pluginFolders } from "../options/mod.ts";

type Candidate = { readonly value: string; readonly about?: string };

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
  let [command, rest] = [program, before];
  for (;;) {
    const verb = verbIn(command, rest[0] ?? "");
    if (verb === undefined) break;
    [command, rest] = [verb, rest.slice(1)];
  }
  // Without a verb it is import, whose options may follow as well as the program's own.
  const isBare = command === program;
  const main = isBare && verbIn(program, "import") || command;
  const own = argumentsOf(rest.length > 0 ? main : command, rest);
  if (rest.includes("--")) return own;
  const [, flag = "", value] = /^(--[^=]+)=(.*)$/s.exec(current) ?? [];
  const pending = optionNamed(main, before.at(-1) ?? "");
  const joined = optionNamed(main, flag);
  if (pending !== undefined) return await valuesOf(pending, current, "", context);
  if (joined !== undefined) return await valuesOf(joined, value ?? "", `${flag}=`, context);
  if (current.startsWith("-")) {
    const options = new Set([...main.options, ...rest.length > 0 ? [] : command.options]);
    return { candidates: candidatesOf([...options], rest), paths: "none" };
  }
  const verbs = rest.length > 0 ? [] : command.commands.map((one) => ({
    value: one.name(),
    about: gist(one.summary() || one.description()),
  }));
  return { ...own, candidates: [...verbs, ...own.candidates] };
}

/** The option of that name, if it takes a value. */
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
  // By the name of the value in the help: `--root <dir>`, `--ca-file <file>`. An adapter may be a
  // file, too, and behind --to nginx-fs: comes a path.
  const isFile = /<.*file/.test(option.flags) || option.long === "--adapter" ||
    option.long === "--to" && /^[\w-]+:/.test(current);
  return {
    candidates: all.map((one) => ({ ...one, value: prefix + one.value })),
    paths: /<dir/.test(option.flags) ? "dirs" : isFile ? "files" : "none",
  };
}

function candidatesOf(options: readonly Option[], given: readonly string[]): Candidate[] {
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

async function valuesHere(attribute: string, context: Context): Promise<Candidate[]> {
  if (attribute === "container") return await containers(context);
  if (attribute !== "adapter" && attribute !== "to") return [];
  const end = attribute === "to" ? ":" : "";
  return [
    ...builtinAdapters.map(({ name, summary }) => ({ value: name + end, about: summary })),
    ...[...listPlugins(pluginFolders(context)).keys()].map((name) => ({ value: name + end })),
  ];
}

const PATIENCE = 1500; // ms: whoever presses Tab does not wait longer

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
