/** What can follow on a command line: from the same declarations that it is parsed by. */
import type { Context } from "../context.ts";
import { readPacked } from "../help.ts";
import type { OptionWords, VerbWords } from "./words.ts";

type Candidate = { readonly value: string; readonly about?: string };

interface Completion {
  readonly candidates: readonly Candidate[];
  /** Whether a path can follow as well, which shells complete by themselves. */
  readonly paths: "none" | "files" | "dirs";
}

/**
 * Prints what can follow the words behind `__complete`, if a shell asks. Never fails: the shell would
 * show the error.
 */
export async function printedCandidates(context: Context): Promise<boolean> {
  const [asked, ...words] = context.args;
  if (asked !== "__complete") return false;
  try {
    const program = readPacked<VerbWords>(new URL("words.json", Deno.mainModule)) ??
      (await import("./words.ts")).declaredWords();
    const current = words.pop() ?? ""; // not finished; it may be empty
    const { candidates, paths } = await complete(program, words, current, context);
    const lines = candidates.filter(({ value }) => value.startsWith(current))
      .map(({ value, about }) => about ? `${value}\t${about}` : value);
    context.stdout.write([...lines, `:${paths}`, ""].join("\n"));
  } catch {
    context.stdout.write(":none\n");
  }
  return true;
}

async function complete(
  program: VerbWords,
  before: readonly string[],
  current: string,
  context: Context,
): Promise<Completion> {
  let [verb, rest] = [program, before];
  for (;;) {
    const below = verbIn(verb, rest[0] ?? "");
    if (below === undefined) break;
    [verb, rest] = [below, rest.slice(1)];
  }
  // Without a verb it is import, whose options may follow as well as the program's own.
  const main = verb === program && verbIn(program, "import") || verb;
  const own = argumentsOf(rest.length > 0 ? main : verb, rest);
  if (rest.includes("--")) return own;
  const [, flag = "", value] = /^(--[^=]+)=(.*)$/s.exec(current) ?? [];
  const pending = optionWithValue(main, before.at(-1) ?? "");
  const joined = optionWithValue(main, flag);
  if (pending !== undefined) return await valuesOf(pending, current, "", context);
  if (joined !== undefined) return await valuesOf(joined, value ?? "", `${flag}=`, context);
  if (current.startsWith("-")) {
    const options = new Set([...main.options, ...rest.length > 0 ? [] : verb.options]);
    return { candidates: candidatesOf([...options], rest), paths: "none" };
  }
  const verbs = rest.length > 0 ? [] : verb.verbs
    .map(({ names: [value = ""], about }) => ({ value, about }));
  return { ...own, candidates: [...verbs, ...own.candidates] };
}

function verbIn({ verbs }: VerbWords, word: string): VerbWords | undefined {
  return verbs.find(({ names }) => names.includes(word));
}

function optionWithValue({ options }: VerbWords, word: string): OptionWords | undefined {
  return options.find(({ names, value }) => value !== undefined && names.includes(word));
}

async function valuesOf(
  { names: [name = ""], value = "", choices }: OptionWords,
  current: string,
  prefix: string,
  context: Context,
): Promise<Completion> {
  const all = [...choices.map((value) => ({ value })), ...await valuesHere(name, context)];
  // By the name of the value in the help: `--root <dir>`, `--ca-file <file>`. An adapter may be a
  // file, too, and behind --to nginx-fs: comes a path.
  const isFile = /^<.*file/.test(value) || name === "--adapter" ||
    name === "--to" && /^[\w-]+:/.test(current);
  return {
    candidates: all.map((one) => ({ ...one, value: prefix + one.value })),
    paths: value.startsWith("<dir") ? "dirs" : isFile ? "files" : "none",
  };
}

function candidatesOf(options: readonly OptionWords[], given: readonly string[]): Candidate[] {
  return options
    .filter(({ names, isRepeated }) => isRepeated || !names.some((one) => given.includes(one)))
    .map(({ names: [value = ""], about }) => ({ value, about }))
    .concat([{ value: "--help", about: "what it does, and its options" }]);
}

function argumentsOf({ argument, isVariadic }: VerbWords, rest: readonly string[]): Completion {
  const isDone = !isVariadic && rest.some((word) => !word.startsWith("-"));
  if (argument === undefined || isDone) return { candidates: [], paths: "none" };
  if (typeof argument === "string") {
    return { candidates: [], paths: argument === "dir" ? "dirs" : "files" };
  }
  return { candidates: argument.map((value) => ({ value })), paths: "none" };
}

async function valuesHere(option: string, context: Context): Promise<readonly Candidate[]> {
  if (option === "--container") return await containers(context);
  if (option !== "--adapter" && option !== "--to") return [];
  const { builtinAdapters } = await import("../../adapters/mod.ts");
  const { listPlugins } = await import("../../core/storage/plugins/mod.ts");
  const { pluginFolders } = await import("../options/mod.ts");
  const end = option === "--to" ? ":" : "";
  return [
    ...builtinAdapters.map(({ name, summary }) => ({ value: name + end, about: summary })),
    ...[...listPlugins(pluginFolders(context)).keys()].map((name) => ({ value: name + end })),
  ];
}

const PATIENCE = 1500; // ms: whoever presses Tab does not wait longer

async function containers({ args: words, env }: Context): Promise<Candidate[]> {
  const { runCheck, RUNTIMES } = await import("../../locate/containers/runtimes/mod.ts");
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
