/** Runs `binimport adapter list`. */
import { builtinAdapters, findBuiltin } from "../../adapters/mod.ts";
import type { AdapterFactory } from "../../core/storage/mod.ts";
import { listPlugins } from "../../core/storage/plugins/mod.ts";
import type { Context } from "../context.ts";
import { findFactory, type Flags, pluginFolders, typedOptions } from "../options/mod.ts";
import { errorEvent, type Reporter, reporter } from "../output/mod.ts";

/** Lists the built-in adapters, and the plug-ins in the folders where they are looked for. */
export async function runList(flags: Flags, context: Context): Promise<void> {
  using report = reporter(context, flags);
  for (const factory of builtinAdapters) tell(factory, report);
  for (const [name, file] of listPlugins(pluginFolders(context))) {
    if (findBuiltin(name) !== undefined) {
      warnHidden(name, file, report);
      continue;
    }
    try {
      tell({ ...await findFactory(name, context), name }, report, file);
    } catch (error) {
      // One that is broken hides none of the others.
      const { message, hint } = errorEvent(error);
      report.emit({ event: "warning", code: "plugin", message, ...(hint && { hint }) });
    }
  }
}

function tell(factory: AdapterFactory, report: Reporter, file?: string): void {
  const { name, summary } = factory;
  const options = typedOptions(factory).map(({ flag, spec, variables }) => ({
    flag,
    summary: spec.summary,
    required: spec.required ?? false,
    variables,
  }));
  const lines = options.map(({ flag, summary }) => `    ${flag.padEnd(28)}  ${summary}\n`);
  report.result(
    { name, summary, ...(file !== undefined && { file }), options },
    `${name}  ${summary}${file === undefined ? "" : ` (${file})`}\n${lines.join("")}`,
  );
}

function warnHidden(name: string, file: string, report: Reporter): void {
  report.emit({
    event: "warning",
    code: "plugin",
    message: `${JSON.stringify(file)} is not found by its name: ${name} is built in`,
    hint: "Rename the file.",
  });
}
