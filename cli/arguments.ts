/** What people type, or set as variables: brought into the one form that the parser knows, or refused. */
import type { Command, CommanderError, Option } from "commander";
import { builtinAdapters } from "../adapters/mod.ts";
import { isArchiveName } from "../core/packages/mod.ts";
import { listPlugins } from "../core/storage/plugins/mod.ts";
import { shownAddress } from "../core/util/address.ts";
import { type BinimportError, messageOf } from "../core/util/errors.ts";
import { nearest } from "../core/util/hints.ts";
import { type Context, usageError } from "./context.ts";
import {
  append,
  isYes,
  type OptionOwner,
  pluginFolders,
  secretHint,
  splitTargets,
  typedOptions,
  variableName,
} from "./options/mod.ts";
import { reporter } from "./output/mod.ts";
import type { Declaring } from "./verb.ts";

/** Flags that are the program's own; any other one at the front belongs to `import`. */
const OWN_FLAGS = ["-h", "--help", "-V", "--version", "--licenses"];

/** Flags of every verb that take no value: they may also stand in front of it. */
const LEADING = /^(?:--json|-q|--quiet|-v+|--verbose|--no-progress|--color=.*|--output=.*)$/;

/**
 * The arguments with their verb first. A package in front means `import`; `help VERB` and `VERB help`
 * mean `VERB --help`; `-n` means `--dry-run` where no pod is named, whose namespace it would be.
 */
export async function understandArguments(
  typed: readonly string[],
  program: Command,
  { env }: Pick<Context, "env">,
): Promise<string[]> {
  const leading = Math.max(0, typed.findIndex((arg) => !LEADING.test(arg)));
  const isVerb = verbIn(program, typed[leading] ?? "") !== undefined;
  const args = isVerb ? [...typed.slice(leading), ...typed.slice(0, leading)] : [...typed];
  const [first, ...rest] = args;
  if (first === undefined) return ["import"];
  if (first === "version" && rest.length === 0) return ["--version"];
  const path = helpPath(args, program);
  if (path !== undefined) return path;
  const slip = args.find((arg) => /^[\u2010-\u2015\u2212\uff0d]+[a-z]/.test(arg))?.split("=", 1);
  if (slip !== undefined) {
    const hint = "It does not begin with the plain sign -: retype it.";
    throw usageError(`Unknown option '${slip}'`, hint);
  }
  // A package is a file or folder that is there, standard input, or named so that it is missed as one.
  const isImport = first.startsWith("-") && !OWN_FLAGS.includes(first) ||
    !isVerb && (first === "-" || /^https?:\/\//i.test(first) || isArchiveName(first) ||
        await Deno.stat(first).then(() => true, () => false));
  const all = isImport ? ["import", ...args] : args;
  const isPod = env("BINIMPORT_POD") !== undefined || args.some((arg) => /^--pod(?:=|$)/.test(arg));
  return isPod ? all : all.map((arg) => arg === "-n" ? "--dry-run" : arg);
}

/** The verb below a command that has this name, or is also called so. */
function verbIn({ commands }: Command, word: string): Command | undefined {
  return commands.find((one) => one.name() === word || one.aliases().includes(word));
}

/** The arguments for the help of the verb, and of the verb below it, that `help` is asked of. */
function helpPath(args: readonly string[], program: Command): string[] | undefined {
  const at = args.indexOf("help");
  const words = args.filter((_, i) => i !== at);
  if (at < 0 || args.length > 3 || words.some((word) => word.startsWith("-"))) return undefined;
  const asked = words.reduce<Command | undefined>((one, word) => one && verbIn(one, word), program);
  if (asked !== undefined) return [...words, "--help"];
  return at === 0 ? words : undefined; // what is no verb is told as such
}

/** The parser's own words, such as "error: unknown option '--rot'\n(Did you mean …", as an error. */
export function parserError(
  error: CommanderError,
  context: Context,
  plugins: readonly OptionOwner[],
  program: Command,
): BinimportError {
  const [first = "", ...rest] = error.message.replace(/^error: /, "")
    .replace(/https?:\/\/[^\s']*/gi, shownAddress).split("\n");
  const [, kind, word = ""] = /^unknown (option|command) '([^'=]+)/.exec(first) ?? [];
  const flag = kind === "option" && word.startsWith("--") ? word : "";
  const [verb, help] = typedVerb(context, program);
  const likely = kind === "command"
    ? nearest(word, verb.commands.map((one) => one.name()))
    : verb.options.find(({ long }) => long === `-${word}`)?.long;
  const secret = secretHint(flag, [...builtinAdapters, ...plugins]);
  const isAddress = /: https?:\/\//i.test(first) &&
    verb.options.some(({ long }) => long === "--url");
  const said = secret === undefined ? first : `unknown option '${flag}'`; // without its value
  const hint = secret ?? (rest.join(" ").replace(/^\(|\)$/g, "") ||
    likely && `Did you mean ${likely}?` ||
    isAddress && "An address is given as --url URL." ||
    flag !== "" && ownerHint(flag, context, help) || `See ${help}.`);
  return usageError(said.charAt(0).toUpperCase() + said.slice(1), hint);
}

function ownerHint(flag: string, context: Context, help: string): string | undefined {
  const option = typedOptions(...builtinAdapters).find((one) => one.flag === flag);
  if (option !== undefined) {
    return `It is an option of the adapter ${option.owner}: see ${help}.`;
  }
  const names = [...listPlugins(pluginFolders(context)).keys()];
  if (names.length === 0) return undefined;
  return `If it is an option of a plug-in (${names.join(", ")}), name that: --adapter ${names[0]}`;
}

/** The verb, as far as one was typed, and the command that shows its help. */
function typedVerb({ args }: Context, program: Command): readonly [verb: Command, help: string] {
  let [verb, name] = [program, "binimport"];
  for (const word of args.filter((arg) => !arg.startsWith("-"))) {
    const below = verbIn(verb, word);
    if (below === undefined) break;
    [verb, name] = [below, `${name} ${below.name()}`];
  }
  return [verb, `${name} --help`];
}

/** Gives a command the options that only a variable has, but for those of adapters. */
export function applyVariables(
  command: Command,
  adapters: readonly OptionOwner[],
  { env }: Pick<Context, "env">,
): void {
  const adaptersOwn = new Set(typedOptions(...adapters).map(({ attribute }) => attribute));
  for (const option of command.options) {
    const attribute = option.attributeName();
    const source = command.getOptionValueSource(attribute);
    if (adaptersOwn.has(attribute) || (source !== undefined && source !== "default")) continue;
    const text = env(variableName(option.name()));
    if (text === undefined) continue;
    command.setOptionValueWithSource(attribute, valueOf(option, text), "env");
  }
}

function valueOf(option: Option, text: string): unknown {
  if (option.negate) return !isYes(text); // $BINIMPORT_NO_PROGRESS
  if (option.isBoolean()) return isYes(text) || undefined;
  if (option.parseArg === append) {
    return option.name() === "to" ? splitTargets(text) : text.split("\n").filter(Boolean);
  }
  if (option.parseArg === undefined) return text;
  try {
    return option.parseArg(text, option.defaultValue);
  } catch (cause) {
    const variable = variableName(option.name());
    const message = `Cannot use ${JSON.stringify(text)} as $${variable}: ${messageOf(cause)}`;
    throw usageError(message, undefined, cause);
  }
}

/** Variables that no option has: of the program's start, of plug-ins' folders, of its tests. */
const OTHERS =
  /^BINIMPORT_(?:ADAPTERS|CACHE|JUDGE|SELF|TEST_\w+|TRIALS|TRIAL_COUNTS|FUZZ_SECONDS)$/;

/** Warns of variables `BINIMPORT_…` of no option; one that is like none may be of a plug-in kept. */
export function warnOfVariables(
  program: Command,
  command: Command,
  { context, plugins }: Declaring,
): void {
  const known = new Set([
    ...typedOptions(...builtinAdapters, ...plugins).flatMap(({ variables }) => variables),
    ...optionsBelow(program).map(variableName),
  ]);
  const unknown = Object.keys(context.kept ?? {}).filter((name) =>
    name.startsWith("BINIMPORT_") && !OTHERS.test(name) && !known.has(name)
  );
  if (unknown.length === 0) return;
  const mayBePlugins = listPlugins(pluginFolders(context)).size > 0;
  using report = reporter(context, command.opts());
  for (const name of unknown) {
    const likely = nearest(name, known);
    if (likely === undefined && mayBePlugins) continue;
    const hint = likely === undefined ? "Unset it." : `Did you mean $${likely}?`;
    report.warn("unknown-variable", `$${name} is set but is not an option of binimport`, hint);
  }
}

function optionsBelow({ options, commands }: Command): string[] {
  return [...options.map((option) => option.name()), ...commands.flatMap(optionsBelow)];
}
