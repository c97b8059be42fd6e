/** Runs `binimport adapter list`. */
import { builtinAdapters, findBuiltin } from "../../adapters/mod.ts";
import type { AdapterFactory } from "../../core/storage/mod.ts";
import { listPlugins } from "../../core/storage/plugins/mod.ts";
import { findFactory, pluginFolders, typedOptions } from "../options/mod.ts";
import { errorEvent, type Reporter } from "../output/mod.ts";
import type { Session } from "../session.ts";

/** Lists the built-in adapters, and the plug-ins in the folders where they are looked for. */
export async function runList({ context, report }: Session): Promise<void> {
  for (const factory of builtinAdapters) tell(factory, report);
  for (const [name, file] of listPlugins(pluginFolders(context))) {
    if (findBuiltin(name) !== undefined) {
      const state = `${JSON.stringify(file)} is not found by its name: ${name} is built in`;
      report.warn("plugin", state, "Rename the file.");
      continue;
    }
    try {
      tell({ ...await findFactory(name, context), name }, report, file);
    } catch (error) {
      // One that is broken hides none of the others.
      const { message, hint } = errorEvent(error);
      report.warn("plugin", message, hint);
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
  const place = file === undefined ? "" : ` (${file})`;
  const text = `${name}  ${summary}${place}\n${lines.join("")}`;
  report.result({ name, summary, file, options }, text);
}
