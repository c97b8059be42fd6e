/** Targets: the flags that name them, the adapters that these mean, and where plug-ins are found. */
import type { Command } from "commander";
import { builtinAdapters, findBuiltin } from "../../adapters/mod.ts";
import type { AdapterFactory, Repository } from "../../core/storage/mod.ts";
import { findPlugin, listPlugins } from "../../core/storage/plugins/mod.ts";
import { choiceHint } from "../../core/util/hints.ts";
import { type Choice, choiceOptions, parseChoice } from "../../locate/containers/mod.ts";
import { type Context, usageError } from "../context.ts";
import {
  adapterInput,
  addAdapterFlags,
  type Asking,
  type GivenOptions,
  type OptionOwner,
  type TypedOption,
  typedOptions,
} from "./adapter_options.ts";
import { append, type Flags, wholeNumber } from "./flags.ts";

/** Adds the flags that name targets, and those of `plugins` and of every built-in adapter. */
export function addTargetFlags(command: Command, plugins: readonly AdapterFactory[]): Command {
  const names = builtinAdapters.map((one) => one.name).join(", ");
  command
    .optionsGroup("Target:")
    .option("--adapter <name>", `where to import: ${names}, or a plug-in's path such as ./mine.ts`)
    .option(
      "--to <adapter:location>",
      "target and its location; repeat it for several targets: nginx-fs:/srv/www, minio:http://10.0.1.1:9000/kubean",
      append,
    )
    .option("--concurrency <n>", "files to transfer at the same time", wholeNumber(1))
    .option("--retries <n>", "retries after a transient failure (default: 3)", wholeNumber(0));
  addAdapterFlags(command, [...plugins, ...builtinAdapters]);
  return command;
}

type TargetName = { readonly adapter: string; readonly location?: string };

/** Splits `ADAPTER:LOCATION`; a plug-in's address may hold a colon of its own, as in `file:…`. */
export function parseTarget(text: string): TargetName {
  const colon = text.indexOf(":", text.startsWith("file:") ? "file:".length : 0);
  if (colon < 0) return { adapter: text };
  return { adapter: text.slice(0, colon), location: text.slice(colon + 1) };
}

/** A blank in front of another target; a folder's name may have one, too. */
const BETWEEN_TARGETS = new RegExp(
  `\\s*\\n\\s*|\\s+(?=(?:[\\w-]+|\\S+\\.[mc]?[jt]s):|(?:${
    builtinAdapters.map(({ name }) => name).join("|")
  })(?:\\s|$))`,
);

/** The targets of `$BINIMPORT_TO`: one a line, or with blanks between them. */
export function splitTargets(text: string): string[] {
  return text.trim().split(BETWEEN_TARGETS).filter((target) => target !== "");
}

/**
 * The targets that flags name. Without a name, the first built-in adapter that has all flags
 * given, so `--endpoint …` alone means MinIO, as does a repository with a user.
 */
export function namedTargets(flags: Flags, named?: Repository): TargetName[] {
  if (flags.to !== undefined) {
    if (flags.adapter === undefined) return flags.to.map(parseTarget);
    const hint = "Name every target with --to ADAPTER:LOCATION.";
    throw usageError("Cannot use --adapter and --to together", hint);
  }
  if (flags.adapter !== undefined) return [{ adapter: flags.adapter }];
  const first = findBuiltin(named?.user === undefined ? "nginx-fs" : "minio");
  const candidates = [...(first === undefined ? [] : [first]), ...builtinAdapters];
  const fits = candidates.find((one) => foreignFlags(flags, [one]).length === 0);
  return [{ adapter: (fits ?? candidates[0])?.name ?? "nginx-fs" }];
}

/** Packages and public URLs are fetched with the same trust: these go with every adapter. */
const FOR_ALL: ReadonlySet<string> = new Set(["caFile", "insecureSkipTlsVerify"]);

/** Options given, as far as they are of `all`, that none of the chosen adapters has. */
export function foreignFlags(
  flags: Flags,
  chosen: readonly OptionOwner[],
  all: readonly OptionOwner[] = builtinAdapters,
): TypedOption[] {
  const known = new Set(typedOptions(...chosen).map(({ attribute }) => attribute));
  return typedOptions(...all).filter(({ attribute }) =>
    flags[attribute] !== undefined && !known.has(attribute) && !FOR_ALL.has(attribute)
  );
}

/** Throws code `usage` for an option, of those of `all`, that none of the chosen adapters has. */
export function refuseForeign(
  flags: Flags,
  chosen: readonly OptionOwner[],
  all?: readonly OptionOwner[],
): void {
  const [foreign] = foreignFlags(flags, chosen, all);
  if (foreign === undefined) return;
  const names = chosen.map(({ name }) => name).join(", ");
  const hint = `It is an option of ${foreign.owner}.`;
  throw usageError(`Cannot use ${foreign.flag} with ${names}`, hint);
}

/** Whether flags say anything of a target. */
export function isTargetNamed(flags: Flags): boolean {
  return flags.adapter !== undefined || flags.to !== undefined ||
    foreignFlags(flags, []).length > 0;
}

/** The options that name a container: as those of the adapter `container`, but for writing. */
export const CONTAINER_OPTIONS: OptionOwner = { name: "container", options: choiceOptions };

/** Which container is meant; throws code `usage` where that cannot be. */
export async function chosenContainer(given: GivenOptions, asking: Asking): Promise<Choice> {
  return parseChoice(await adapterInput(CONTAINER_OPTIONS, given, asking));
}

/** Where plug-ins are looked for: `$BINIMPORT_ADAPTERS`, then the user's folder of configurations. */
export function pluginFolders({ env }: Pick<Context, "env">): string[] {
  const named = (env("BINIMPORT_ADAPTERS") ?? "").split(":").filter((folder) => folder !== "");
  const home = env("HOME");
  const config = env("XDG_CONFIG_HOME") ?? (home === undefined ? undefined : `${home}/.config`);
  return config === undefined ? named : [...named, `${config}/binimport/adapters`];
}

/** The address of the plug-in that a name stands for; undefined of a built-in one, and of none. */
export function pluginAddress(name: string, context: Context): string | undefined {
  return findBuiltin(name) ? undefined : findPlugin(name, pluginFolders(context));
}

/** The factory of a built-in adapter, or of a plug-in by its address or name. */
export async function findFactory(name: string, context: Context): Promise<AdapterFactory> {
  const builtin = findBuiltin(name);
  if (builtin !== undefined) return builtin;
  const address = pluginAddress(name, context);
  if (address !== undefined) {
    const { loadPlugin } = await import("../../core/storage/plugins/mod.ts");
    return await loadPlugin(address, Deno.cwd());
  }
  const folders = pluginFolders(context);
  const names = [...builtinAdapters.map((one) => one.name), ...listPlugins(folders).keys()];
  const place = `${folders[0] ?? "~/.config/binimport/adapters"}/${name}.ts`;
  const choice = choiceHint(name, names);
  const hint = `${choice}; or give a plug-in's path, such as ./mine.ts, or install it as ${place}.`;
  throw usageError(`Cannot find an adapter named ${JSON.stringify(name)}`, hint);
}

/** The addresses of the plug-ins that a command line names: their flags are needed to parse it. */
export function namedAddresses(context: Context): string[] {
  const addresses = adapterNames(context).flatMap((name) => pluginAddress(name, context) ?? []);
  return [...new Set(addresses)];
}

/** What the command line, or the environment, calls its adapters; not parsed yet. */
function adapterNames({ args, env }: Context): string[] {
  const checked = checkedAdapter(args);
  if (checked !== undefined) return [checked];
  const given = args.flatMap((arg, i) => {
    const [, flag, joined] = /^(--adapter|--to)(?:=(.*))?$/s.exec(arg) ?? [];
    const value = flag === undefined ? undefined : joined ?? args[i + 1];
    return value === undefined ? [] : [flag === "--to" ? parseTarget(value).adapter : value];
  });
  if (given.length > 0) return given;
  const targets = splitTargets(env("BINIMPORT_TO") ?? "").map(parseTarget);
  return [env("BINIMPORT_ADAPTER") ?? "", ...targets.map(({ adapter }) => adapter)];
}

/** The adapter that `adapter check` is about: its first argument, or else the first file's name. */
export function checkedAdapter(args: readonly string[]): string | undefined {
  if (args[0] !== "adapter" || args[1] !== "check") return undefined;
  const [first, ...rest] = args.slice(2);
  if (first !== undefined && !first.startsWith("-")) return first;
  return rest.find((arg) => /^(?!-).*\.[mc]?[jt]s$/.test(arg));
}
