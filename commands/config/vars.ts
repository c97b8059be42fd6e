/** Runs `binimport config vars`: variables for those who use kubespray or kubean themselves. */
import type { VarsFlags } from "../config.ts";
import type { Context } from "../context.ts";
import { outputOptions } from "../flags.ts";
import { reporter } from "../output/reporter.ts";
import { bucketOf } from "./bucket.ts";
import { loadConfig } from "./load.ts";
import { externalRepository } from "./repository.ts";

/** Prints the variables that follow from a file, as YAML. */
export async function runVars(file: string, flags: VarsFlags, context: Context): Promise<void> {
  const { openConfig, renderScalar, repositoryVariables } = await loadConfig();
  const repository = await externalRepository(await openConfig(file));
  const variables = repositoryVariables(
    repository,
    await bucketOf(flags, context, repository.bucket),
  );
  const lines = Object.entries(variables)
    .map(([name, value]) => `${name}: ${renderScalar(value, "plain", "block")}\n`);
  reporter(context, outputOptions(flags)).result(variables, lines.join(""));
}
