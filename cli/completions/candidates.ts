/** What can follow on a command line: from the same declarations that it is parsed by. */
import type { Argument, Command, Option } from "commander";
import { append } from "../options/mod.ts";

/** One thing that can follow. */
export interface Candidate {
  readonly value: string;
  /** What it means, in half a sentence. */
  readonly about?: string;
}

export interface Completion {
  readonly candidates: readonly Candidate[];
  /** Whether a path can follow as well, which shells complete by themselves. */
  readonly paths: "none" | "files" | "dirs";
}

/** Values that no declaration tells, by the parser's name of the option. */
export type Values = Readonly<
  Record<string, (words: readonly string[]) => Promise<readonly Candidate[]>>
>;

const NOTHING: Completion = { candidates: [], paths: "none" };

/** What can follow these words, of which the last one is not finished; it may be empty. */
export async function complete(
  program: Command,
  words: readonly string[],
  values: Values,
): Promise<Completion> {
  const before = words.slice(0, -1);
  const current = words.at(-1) ?? "";
  const { command, rest } = commandOf(program, before);
  if (rest.includes("--")) return argumentsOf(command, rest, current);
  const pending = optionNamed(command, before.at(-1) ?? "");
  if (pending !== undefined && takesValue(pending)) {
    return await valuesOf(pending, current, "", words, values);
  }
  const [, flag = "", value] = /^(--[^=]+)=(.*)$/s.exec(current) ?? [];
  const joined = optionNamed(command, flag);
  if (joined !== undefined && value !== undefined) {
    return await valuesOf(joined, value, `${flag}=`, words, values);
  }
  if (current.startsWith("-")) {
    // Without a verb, the options of import may follow as well as the program's own.
    const bare = command === program ? optionsOf(importOf(program), rest) : [];
    const all = [...bare, ...optionsOf(command, rest)];
    const unique = new Map(all.map((one) => [one.value, one]));
    return beginning(current, [...unique.values()], "none");
  }
  const verbs = rest.length === 0 ? verbsOf(command) : [];
  if (command.registeredArguments.length === 0) return beginning(current, verbs, "none");
  const own = argumentsOf(command, rest, current);
  return {
    ...own,
    candidates: [...beginning(current, verbs, "none").candidates, ...own.candidates],
  };
}

/** The command that words lead to, and what stands behind it. Without a verb it is `import`. */
function commandOf(
  program: Command,
  words: readonly string[],
): { command: Command; rest: string[] } {
  let command = program;
  const rest = [...words];
  for (;;) {
    const found = command.commands.find((one) =>
      [one.name(), ...one.aliases()].includes(rest[0] ?? "")
    );
    if (found === undefined) break;
    command = found;
    rest.shift();
  }
  if (command !== program || rest.length === 0) return { command, rest };
  return { command: importOf(program), rest };
}

function importOf(program: Command): Command {
  return program.commands.find((one) => one.name() === "import") ?? program;
}

function optionNamed(command: Command, word: string): Option | undefined {
  return command.options.find(({ long, short }) =>
    word !== "" && (long === word || short === word)
  );
}

function takesValue({ required, optional }: Option): boolean {
  return required || optional;
}

async function valuesOf(
  option: Option,
  current: string,
  prefix: string,
  words: readonly string[],
  values: Values,
): Promise<Completion> {
  const known = await values[option.attributeName()]?.(words) ?? [];
  const choices = (option.argChoices ?? []).map((value): Candidate => ({ value }));
  const [, name] = /^([\w-]+):/.exec(current) ?? [];
  // Behind --to nginx-fs: comes a path.
  const location = option.attributeName() === "to" && name !== undefined;
  const paths = location ? "files" : pathsOf(option.flags);
  const { candidates } = beginning(current, [...choices, ...known], paths);
  return { candidates: candidates.map((one) => ({ ...one, value: prefix + one.value })), paths };
}

/** By the name of the value in the help: `--root <dir>`, `--ca-file <file>`. */
function pathsOf(flags: string): Completion["paths"] {
  const [, placeholder = ""] = /<(.*)>/.exec(flags) ?? [];
  if (/^dir/.test(placeholder)) return "dirs";
  // An adapter may be a file, too.
  return /file/.test(placeholder) || /--adapter\b/.test(flags) ? "files" : "none";
}

function optionsOf({ options }: Command, given: readonly string[]): Candidate[] {
  return options
    .filter(({ long, short, parseArg, hidden }) =>
      !hidden && (parseArg === append || ![long, short].some((one) => given.includes(one ?? "")))
    )
    .map(({ long, short, description }) => ({
      value: long ?? short ?? "",
      about: gist(description),
    }))
    .concat([{ value: "--help", about: "what it does, and its options" }]);
}

function verbsOf({ commands }: Command): Candidate[] {
  return commands.map((one) => ({
    value: one.name(),
    about: gist(one.summary() || one.description()),
  }));
}

function argumentsOf(command: Command, rest: readonly string[], current: string): Completion {
  const [first] = command.registeredArguments;
  if (first === undefined) return NOTHING;
  const choices = (first.argChoices ?? []).map((value): Candidate => ({ value }));
  const done = rest.some((word) => !word.startsWith("-")) && !first.variadic;
  if (done) return NOTHING;
  return beginning(current, choices, argumentPaths(first));
}

function argumentPaths(argument: Argument): Completion["paths"] {
  if (argument.argChoices !== undefined) return "none";
  return argument.name() === "dir" ? "dirs" : "files";
}

function beginning(
  current: string,
  candidates: readonly Candidate[],
  paths: Completion["paths"],
): Completion {
  return { candidates: candidates.filter(({ value }) => value.startsWith(current)), paths };
}

/** A line of a menu: up to the first colon, bracket or line end. */
function gist(description: string): string {
  return description.split(/[:;(\n]/)[0]?.trim() ?? "";
}
