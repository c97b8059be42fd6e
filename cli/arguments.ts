/** What people type, brought into the one form that the parser knows. */
import type { Command } from "commander";
import { isArchiveName } from "../core/packages/mod.ts";
import type { Context } from "./context.ts";

/** Flags that are the program's own; any other one at the front belongs to `import`. */
const OWN_FLAGS = ["-h", "--help", "-V", "--version", "--licenses"];

/** Flags of every verb that take no value: they may also stand in front of it. */
const LEADING = /^(?:--json|-q|--quiet|-v+|--verbose|--no-progress|--color=.*|--output=.*)$/;

/**
 * The arguments with their verb first. A package in front means `import`; `help VERB` and `VERB help`
 * mean `VERB --help`; `-n` means `--dry-run` where no pod is named, whose namespace it would be.
 */
export async function understandArguments(
  args: readonly string[],
  program: Command,
  { env }: Pick<Context, "env">,
): Promise<string[]> {
  const [first, ...rest] = args;
  if (first === undefined) return ["import"];
  const leading = args.findIndex((arg) => !LEADING.test(arg));
  const later = args[leading] ?? "";
  if (leading > 0 && isVerb(program, later)) {
    const moved = [later, ...args.slice(leading + 1), ...args.slice(0, leading)];
    return await understandArguments(moved, program, { env });
  }
  if (first === "version" && rest.length === 0) return ["--version"];
  const path = helpPath(args, program);
  if (path !== undefined) return [...path, "--help"];
  const bare = (first.startsWith("-") && !OWN_FLAGS.includes(first)) ||
    (!isVerb(program, first) && await isPackage(first));
  const all = bare ? ["import", ...args] : [...args];
  return namesPod(all, env) ? all : all.map((arg) => arg === "-n" ? "--dry-run" : arg);
}

function isVerb({ commands }: Command, word: string): boolean {
  return commands.some((one) => one.name() === word || one.aliases().includes(word));
}

/** The verb, and the verb below it, that `help` among them is asked of. */
function helpPath(args: readonly string[], program: Command): string[] | undefined {
  const at = args.indexOf("help");
  const words = args.filter((_, i) => i !== at);
  if (at < 0 || args.length > 3 || words.some((word) => word.startsWith("-"))) return undefined;
  if (at === 0) return words;
  let command: Command | undefined = program;
  for (const word of words) {
    command = command?.commands.find((one) => one.name() === word || one.aliases().includes(word));
  }
  return command === undefined ? undefined : words;
}

/** A file or folder that is there, standard input, or named so that it is missed as a package. */
async function isPackage(word: string): Promise<boolean> {
  return word === "-" || /^https?:\/\//i.test(word) || isArchiveName(word) ||
    await Deno.stat(word).then(() => true, () => false);
}

function namesPod(args: readonly string[], env: Context["env"]): boolean {
  return env("BINIMPORT_POD") !== undefined ||
    args.some((arg) => arg === "--pod" || arg.startsWith("--pod="));
}
