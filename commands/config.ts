/** `binimport config`: the clusterConfig.yaml that tells an installer where binaries are. */
import type { Command } from "commander";
import { declareCheck } from "./config/check.ts";
import { declareGet } from "./config/get.ts";
import { declareSet } from "./config/set.ts";
import { declareVars } from "./config/vars.ts";
import type { Context } from "./context.ts";

/** Declares the command and its own commands; what it is to exit with goes to `done`. */
export function declareConfig(
  program: Command,
  context: Context,
  done: (status: number) => void,
): void {
  const config = program.command("config")
    .summary("read, check and edit spec.binaries of a clusterConfig.yaml")
    .description(
      "Reads, checks and edits spec.binaries of a clusterConfig.yaml. Edits change the four keys of an\nexternal repository and no other byte. Only check --online touches the network.",
    );
  declareGet(config, context, done);
  declareCheck(config, context, done);
  declareSet(config, context, done);
  declareVars(config, context, done);
}
