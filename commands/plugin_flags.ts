/** Options of plug-ins that would take the flags of others. */
import type { Option } from "commander";
import { builtinAdapters } from "../adapters/mod.ts";
import type { OptionSpec } from "../core/adapter.ts";
import { BinimportError } from "../core/errors.ts";
import { flagName } from "./adapter_flags.ts";
import type { NamedPlugin } from "./plugins.ts";

/** Throws code `plugin` for an option whose flag is the program's own, or another adapter's. */
export function refuseClashes(plugins: readonly NamedPlugin[], own: readonly Option[]): void {
  const others = builtinAdapters.map(({ name, options }) => ({ owner: name, options }));
  for (const { address, factory } of plugins) {
    for (const [name, spec] of Object.entries(factory.options)) {
      const flag = flagName(name, spec);
      if (own.some((option) => option.long === flag)) {
        throw clash(address, name, `${flag} is a flag of binimport itself`);
      }
      const other = others.find(({ options }) => takesOtherwise(flag, spec, options));
      if (other !== undefined) {
        const means = spec.kind === "flag" ? "takes a value" : "takes none";
        throw clash(address, name, `${flag} of ${other.owner} ${means}`);
      }
    }
    others.push({ owner: factory.name, options: factory.options });
  }
}

/** Whether one of the options has this flag, but takes a value where `spec` takes none. */
function takesOtherwise(
  flag: string,
  { kind }: OptionSpec,
  options: Readonly<Record<string, OptionSpec>>,
): boolean {
  return Object.entries(options).some(([name, spec]) =>
    flagName(name, spec) === flag && (spec.kind === "flag") !== (kind === "flag")
  );
}

function clash(address: string, option: string, state: string): BinimportError {
  return new BinimportError(
    "plugin",
    `Cannot use adapter ${
      JSON.stringify(address)
    }: options.${option} cannot be given, for ${state}`,
    { hint: "Give that option another name." },
  );
}
