/** Runs `binimport adapter list`. */
import { builtinAdapters } from "../../adapters/mod.ts";
import type { OptionSpec } from "../../core/adapter.ts";
import { flagName, optionVariable } from "../adapter_flags.ts";
import type { Context } from "../context.ts";
import { type OutputFlags, outputOptions } from "../flags.ts";
import { reporter } from "../output/reporter.ts";

/** Lists the built-in adapters. */
export function runList(flags: OutputFlags, context: Context): void {
  const report = reporter(context, outputOptions(flags));
  for (const { name, summary, options } of builtinAdapters) {
    const described = Object.entries(options).map(([option, spec]) => describe(option, spec));
    const lines = described.map(({ flag, summary }) => `    ${flag.padEnd(28)}  ${summary}\n`);
    report.result({ name, summary, options: described }, `${name}  ${summary}\n${lines.join("")}`);
  }
}

/** What is told of an option. */
interface DescribedOption {
  readonly flag: string;
  readonly summary: string;
  readonly required: boolean;
  readonly variables: readonly string[];
}

function describe(name: string, spec: OptionSpec): DescribedOption {
  return {
    flag: flagName(name, spec),
    summary: spec.summary,
    required: spec.required ?? false,
    variables: [optionVariable(name), ...(spec.env ?? [])],
  };
}
