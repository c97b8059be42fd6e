/** `binimport adapter`: the adapters that there are. */
import type { Command } from "commander";
import { builtinAdapters } from "../adapters/mod.ts";
import type { OptionSpec } from "../core/adapter.ts";
import { flagName, optionVariable } from "./adapter_flags.ts";
import type { Context } from "./context.ts";
import { addOutputFlags, type OutputFlags, outputOptions } from "./flags.ts";
import { reporter } from "./output/reporter.ts";

/** Declares the command and its own commands; what it is to exit with goes to `done`. */
export function declareAdapter(
  program: Command,
  context: Context,
  done: (status: number) => void,
): void {
  const adapter = program.command("adapter")
    .summary("the adapters that there are")
    .description("Shows the adapters that packages can be imported with.");
  const list = adapter.command("list").description("Lists the adapters and their options.");
  addOutputFlags(list);
  list.action((flags: OutputFlags) => {
    runList(flags, context);
    done(0);
  });
}

function runList(flags: OutputFlags, context: Context): void {
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
