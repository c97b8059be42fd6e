/** `binimport config vars`: variables for those who use kubespray or kubean themselves. */
import type { Command } from "commander";
import type { Context } from "../context.ts";
import { addOutputFlags, type OutputFlags, outputOptions } from "../flags.ts";
import { reporter } from "../output/reporter.ts";
import { addBucketFlag, type BucketFlag, bucketOf } from "./bucket.ts";
import { loadConfig } from "./load.ts";
import { externalRepository } from "./repository.ts";

type VarsFlags = OutputFlags & BucketFlag;

/** Declares the command; what it is to exit with goes to `done`. */
export function declareVars(
  config: Command,
  context: Context,
  done: (status: number) => void,
): void {
  const command = config.command("vars")
    .summary("the variables of kubespray and kubean that follow")
    .description("Prints files_repo and the variables that follow from it, as YAML.")
    .argument("<file>", "the clusterConfig.yaml");
  addBucketFlag(command);
  addOutputFlags(command);
  command.action(async (file: string, flags: VarsFlags) => {
    await runVars(file, flags, context);
    done(0);
  });
}

async function runVars(file: string, flags: VarsFlags, context: Context): Promise<void> {
  const { openConfig, renderScalar, repositoryVariables } = await loadConfig();
  const repository = await externalRepository(await openConfig(file));
  const variables = repositoryVariables(repository, await bucketOf(flags, context));
  const lines = Object.entries(variables)
    .map(([name, value]) => `${name}: ${renderScalar(value, "plain", "block")}\n`);
  reporter(context, outputOptions(flags)).result(variables, lines.join(""));
}
