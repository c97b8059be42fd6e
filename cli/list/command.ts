/** `binimport list`: what an import would write. */
import { Option } from "commander";
import { packageKinds } from "../../core/packages/mod.ts";
import { addExpectFlags, addPackageFlags, addTargetFlags } from "../options/mod.ts";
import type { Verb } from "../verb.ts";

export const list: Verb = {
  name: "list",
  alias: "ls",
  summary: "list what an import would write",
  description: "Lists the keys that packages give, with length and mode. Writes nothing.",
  options(command, { plugins }) {
    command.argument("[package...]", packageKinds())
      .option("--sha256", "the SHA-256 of each file as well")
      .addOption(
        new Option("--format <form>", "sha256sum: lines that sha256sum -c reads")
          .choices(["table", "sha256sum"]).default("table"),
      )
      .option(
        "--summary",
        "by component, version and architecture; with a target: what is new, present or superseded there",
      );
    addExpectFlags(command);
    addPackageFlags(command);
    addTargetFlags(command, plugins);
  },
  run: async (session, packages: string[]) => (await import("./run.ts")).runList(session, packages),
};
