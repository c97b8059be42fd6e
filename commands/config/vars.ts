/** Runs `binimport config vars`: variables for those who use kubespray or kubean themselves. */
import { BinimportError } from "../../core/errors.ts";
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
  const bucket = await bucketOf(flags, context, repository.bucket);
  const { variables, notes } = repositoryVariables(repository, bucket, release(flags));
  const lines = Object.entries(variables)
    .map(([name, value]) => `${name}: ${renderScalar(value, "plain", "block")}\n`);
  const comments = notes.map((note) => note.replaceAll(/^/gm, "# ") + "\n");
  reporter(context, outputOptions(flags)).result(variables, [...lines, ...comments].join(""));
}

function release({ kubespray }: VarsFlags): string | undefined {
  if (kubespray === undefined || /^v?\d+\.\d+(?:\.\d+)?$/.test(kubespray)) return kubespray;
  if (/^(?:master|main)$/.test(kubespray)) return "v2.99"; // as the newest release
  throw new BinimportError("usage", `Cannot use ${JSON.stringify(kubespray)}: it is no release`, {
    hint: "Give --kubespray v2.24.3, or master.",
  });
}
