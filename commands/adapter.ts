/** `binimport adapter`: the adapters that there are. */
import type { Command } from "commander";
import type { Context } from "./context.ts";
import { addOutputFlags, type OutputFlags } from "./flags.ts";

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
  list.action(async (flags: OutputFlags) => {
    const { runList } = await import("./adapter/list.ts");
    await runList(flags, context);
    done(0);
  });
}
