/** The parser's own words, in the form of every other error. */
import type { CommanderError } from "commander";
import { builtinAdapters } from "../adapters/mod.ts";
import { listPlugins } from "../core/storage/plugins/mod.ts";
import { BinimportError } from "../core/util/errors.ts";
import type { Context } from "./context.ts";
import { flagName, type OptionOwner, pluginFolders, secretHint } from "./options/mod.ts";

/** From "error: unknown option '--rot'\n(Did you mean --root?)" to an error with code `usage`. */
export function usageError(
  error: CommanderError,
  context: Context,
  plugins: readonly OptionOwner[],
): BinimportError {
  const [first = "", ...rest] = error.message.replace(/^error: /, "").split("\n");
  const [, flag = ""] = /^unknown option '(--[^'=]+)/.exec(first) ?? [];
  const secret = secretHint(flag, [...builtinAdapters, ...plugins]);
  const said = secret === undefined ? first : `unknown option '${flag}'`; // without its value
  const hint = secret ?? (rest.join(" ").replace(/^\(|\)$/g, "") ||
    (flag === "" ? undefined : ownerHint(flag, context)) || `See ${helpCommand(context)}.`);
  return new BinimportError("usage", said.charAt(0).toUpperCase() + said.slice(1), { hint });
}

/** Whose option it is, when it is not one of this verb. */
function ownerHint(flag: string, context: Context): string | undefined {
  const owner = builtinAdapters.find(({ options }) =>
    Object.entries(options).some(([name, spec]) => flagName(name, spec) === flag)
  );
  if (owner !== undefined) {
    return `It is an option of the adapter ${owner.name}: see ${helpCommand(context)}.`;
  }
  const names = [...listPlugins(pluginFolders(context)).keys()];
  if (names.length === 0) return undefined;
  return `If it is an option of a plug-in (${names.join(", ")}), name that: --adapter ${names[0]}`;
}

/** The help of the verb that was typed; that of the program when there was none. */
function helpCommand({ args }: Context): string {
  const verbs = args.slice(0, args[0] === "config" || args[0] === "adapter" ? 2 : 1)
    .filter((word) => /^[a-z-]+$/.test(word) && !word.startsWith("-"));
  return ["binimport", ...verbs, "--help"].join(" ");
}
