/** Runs `binimport config get`: where a cluster fetches binaries from. */
import type { Context } from "../context.ts";
import { type OutputFlags, outputOptions } from "../flags.ts";
import { reporter } from "../output/reporter.ts";
import { loadConfig } from "./load.ts";

/** Shows `spec.binaries` of a file, without the password. */
export async function runGet(file: string, flags: OutputFlags, context: Context): Promise<void> {
  const { openConfig, shownEndpoint } = await loadConfig();
  const { block: { values, form } } = await openConfig(file);
  const shown = (endpoint: string | undefined) =>
    endpoint === undefined ? null : shownEndpoint(endpoint);
  const facts = {
    type: values.type ?? null,
    externalRepoEndpoint: shown(values.externalRepoEndpoint),
    externalRepoUsername: values.externalRepoUsername ?? null,
    externalRepoPassword: values.externalRepoPassword !== undefined,
    ...(values.externalRepository === undefined
      ? {}
      : { externalRepository: shown(values.externalRepository) }),
    form,
  };
  const lines = Object.entries(facts).flatMap(([key, value]) => {
    if (value === null || value === false) return [];
    return [`${key}: ${value === true ? "(set, not shown)" : value}\n`];
  });
  reporter(context, outputOptions(flags)).result(facts, lines.join(""));
}
