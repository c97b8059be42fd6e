/** `binimport config get`: where a cluster fetches binaries from. */
import type { Command } from "commander";
import type { Context } from "../context.ts";
import { addOutputFlags, type OutputFlags, outputOptions } from "../flags.ts";
import { reporter } from "../output/reporter.ts";
import { loadConfig } from "./load.ts";

/** Declares the command; what it is to exit with goes to `done`. */
export function declareGet(
  config: Command,
  context: Context,
  done: (status: number) => void,
): void {
  const command = config.command("get")
    .summary("where the cluster fetches binaries from")
    .description("Shows spec.binaries, without the password, and what it comes to (form).")
    .argument("<file>", "the clusterConfig.yaml");
  addOutputFlags(command);
  command.action(async (file: string, flags: OutputFlags) => {
    await runGet(file, flags, context);
    done(0);
  });
}

async function runGet(file: string, flags: OutputFlags, context: Context): Promise<void> {
  const { openConfig, shownEndpoint } = await loadConfig();
  const { block: { values, externalRepository, form } } = await openConfig(file);
  const shown = (endpoint: string | undefined) =>
    endpoint === undefined ? null : shownEndpoint(endpoint);
  const facts = {
    type: values.type ?? null,
    externalRepoEndpoint: shown(values.externalRepoEndpoint),
    externalRepoUsername: values.externalRepoUsername ?? null,
    externalRepoPassword: values.externalRepoPassword !== undefined,
    ...(externalRepository === undefined ? {} : { externalRepository: shown(externalRepository) }),
    form,
  };
  const lines = Object.entries(facts).flatMap(([key, value]) => {
    if (value === null || value === false) return [];
    return [`${key}: ${value === true ? "(set, not shown)" : value}\n`];
  });
  reporter(context, outputOptions(flags)).result(facts, lines.join(""));
}
