/** `binimport adapter`: the adapters that there are, and new ones. */
import type { Command } from "commander";
import { builtinAdapters, findBuiltin } from "../../adapters/mod.ts";
import type { Context } from "../context.ts";
import { addAdapterFlags, addOutputFlags, checkedAdapter, type Flags } from "../options/mod.ts";
import type { Declaring } from "../verb.ts";

export { isToBeSupervised } from "./channel.ts";

/** Declares the verb and its own verbs. */
export function declareAdapter(program: Command, declaring: Declaring): void {
  const adapter = program.command("adapter")
    .summary("the adapters that there are, and adapters of your own")
    .description(
      "Shows the adapters that packages can be imported with; makes and checks new ones.",
    );
  declareList(adapter, declaring);
  declareNew(adapter, declaring);
  declareTypes(adapter, declaring);
  declareCheck(adapter, declaring);
}

/** Has an adapter checked by a process of its own; gives the exit status. */
export async function checkUnderSupervision(context: Context): Promise<number> {
  const { superviseCheck } = await import("./supervise.ts");
  return await superviseCheck(context);
}

function declareList(adapter: Command, { context, exits }: Declaring): void {
  const list = adapter.command("list").description("Lists the adapters and their options.");
  addOutputFlags(list);
  list.action(exits(async (flags: Flags) => {
    const { runList } = await import("./list.ts");
    await runList(flags, context);
  }));
}

function declareNew(adapter: Command, { context, exits }: Declaring): void {
  const command = adapter.command("new")
    .summary("write an adapter to begin with, and a test of it")
    .description(
      "Writes an adapter that works, to be changed into one of your own, a test of it, and what an\neditor needs to know its types.",
    )
    .argument("<file>", "where to, such as my-store.ts; the adapter is named after it");
  command.option("-n, --dry-run", "tell what would be written, and write nothing");
  addOutputFlags(command);
  command.action(exits(async (file: string, flags: Flags) => {
    const { runNew } = await import("./new.ts");
    await runNew(file, flags, context);
  }));
}

function declareTypes(adapter: Command, { context, exits }: Declaring): void {
  const command = adapter.command("types")
    .summary("print the types of an adapter, for an editor")
    .description(
      'Prints the types of an adapter: binimport adapter types > binimport.d.ts; then write\nimport type … from "./binimport.d.ts".',
    );
  command.action(exits(async () => {
    const { runTypes } = await import("./new.ts");
    runTypes(context);
  }));
}

const CHECK_NOTES = `
Examples:
  binimport adapter check ./my-store.ts
  binimport adapter check ./my-store.ts --endpoint http://127.0.0.1:8080/empty/
  binimport adapter check nginx-fs

An adapter whose location is a folder (placeholder DIR) is lent one when none is given. Any other
place must be empty: the cases write, replace and remove objects, below conformance/.
With -q only what failed and the summary are shown.
Exit status: 0 all passed, 5 a case failed.
`;

function declareCheck(adapter: Command, { context, plugins, exits }: Declaring): void {
  const command = adapter.command("check")
    .summary("whether an adapter does what it owes")
    .description(
      "Runs the conformance cases against an adapter, and tells which of them it passes. It is\njudged within a minute, whatever it does; on a busy machine that takes longer, and fails nobody.",
    )
    .argument("<adapter>", "a file such as ./my-store.ts, or a name; before any options");
  const builtin = findBuiltin(checkedAdapter(context.args) ?? "");
  const judged = builtin === undefined ? plugins : [builtin];
  addAdapterFlags(command, judged.length === 0 ? builtinAdapters : judged);
  addOutputFlags(command);
  command.addHelpText("after", CHECK_NOTES);
  command.action(exits(async (name: string, flags: Flags) => {
    const { runCheck } = await import("./check.ts");
    return await runCheck(name, flags, context);
  }));
}
