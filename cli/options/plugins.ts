/** Plug-in adapters: where they are looked for, and which ones a command line names. */
import type { Option } from "commander";
import { builtinAdapters, findBuiltin } from "../../adapters/mod.ts";
import type { AdapterFactory } from "../../core/storage/mod.ts";
import { findPlugin, isPluginAddress, listPlugins } from "../../core/storage/plugins/mod.ts";
import { BinimportError } from "../../core/util/errors.ts";
import { choiceHint } from "../../core/util/hints.ts";
import { type Context, usageError } from "../context.ts";
import { typedOptions } from "./adapter_options.ts";
import { splitTargets } from "./environment.ts";
import { parseTarget } from "./target_flags.ts";

/** A plug-in as it was named, and what its file exports. */
export interface NamedPlugin {
  readonly address: string;
  readonly factory: AdapterFactory;
}

/**
 * The folders in which plug-ins are looked for by name: those of `$BINIMPORT_ADAPTERS`, separated
 * by colons, then `binimport/adapters` in the user's folder of configurations.
 */
export function pluginFolders({ env }: Pick<Context, "env">): string[] {
  const named = (env("BINIMPORT_ADAPTERS") ?? "").split(":").filter((folder) => folder !== "");
  const home = env("HOME");
  const config = env("XDG_CONFIG_HOME") ?? (home === undefined ? undefined : `${home}/.config`);
  return config === undefined ? named : [...named, `${config}/binimport/adapters`];
}

/** The address of the plug-in that a name stands for; undefined of a built-in one, and of none. */
export function pluginAddress(name: string, context: Context): string | undefined {
  if (findBuiltin(name) !== undefined) return undefined;
  return isPluginAddress(name) ? name : findPlugin(name, pluginFolders(context));
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
  throw usageError(
    `Cannot find an adapter named ${JSON.stringify(name)}`,
    `${
      choiceHint(name, names)
    }; or give a plug-in's path, such as ./mine.ts, or install it as ${place}.`,
  );
}

/** The addresses of the plug-ins that a command line names. */
export function namedAddresses(context: Context): string[] {
  const addresses = adapterNames(context)
    .map((name) => pluginAddress(name, context))
    .filter((address) => address !== undefined);
  return [...new Set(addresses)];
}

/** Loads plug-ins: their flags must be known before the command line can be read. */
export async function loadPlugins(
  addresses: readonly string[],
  context: Context,
): Promise<NamedPlugin[]> {
  return await Promise.all(
    addresses.map(async (address) => ({ address, factory: await findFactory(address, context) })),
  );
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

/** Throws code `plugin` for an option whose flag is the program's own, or another adapter's. */
export function refuseClashes(plugins: readonly NamedPlugin[], own: readonly Option[]): void {
  const others = typedOptions(...builtinAdapters);
  for (const { address, factory } of plugins) {
    const options = typedOptions(factory);
    for (const { name, flag, spec } of options) {
      const isFlag = spec.kind === "flag";
      const other = others.find((one) =>
        one.flag === flag && (one.spec.kind === "flag") !== isFlag
      );
      const isOwn = own.some(({ long }) => long === flag);
      if (!isOwn && other === undefined) continue;
      const state = isOwn
        ? `${flag} is a flag of binimport itself`
        : `${flag} of ${other?.owner} ${isFlag ? "takes a value" : "takes none"}`;
      const file = JSON.stringify(address);
      const message = `Cannot use adapter ${file}: options.${name} cannot be given, for ${state}`;
      throw new BinimportError("plugin", message, { hint: "Give that option another name." });
    }
    others.push(...options);
  }
}
