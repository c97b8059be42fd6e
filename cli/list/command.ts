/** `binimport list`: what an import would write. */
import { type Command, Option } from "commander";
import { packageKinds } from "../../core/packages/mod.ts";
import { addExpectFlags, addOutputFlags, addPackageFlags, addTargetFlags } from "../options/mod.ts";
import type { Declaring } from "../verb.ts";
import type { ListFlags } from "./run.ts";

/** Declares the verb. */
export function declareList(program: Command, { context, plugins, exits }: Declaring): void {
  const command = program.command("list").alias("ls")
    .summary("what an import would write")
    .description("Lists the keys that packages give, with length and mode. Writes nothing.")
    .argument("[package...]", packageKinds())
    .option("--sha256", "the SHA-256 of each file as well")
    .addOption(
      new Option("--format <form>", "sha256sum: lines that sha256sum -c reads")
        .choices(["table", "sha256sum"]).default("table"),
    );
  command.option(
    "--summary",
    "by component, version and architecture; with a target: what is new, present or superseded there",
  );
  addExpectFlags(command);
  addPackageFlags(command);
  addTargetFlags(command, plugins);
  addOutputFlags(command);
  command.action(exits(async (packages: string[], flags: ListFlags) => {
    const { runList } = await import("./run.ts");
    return await runList(packages, flags, context);
  }));
}
