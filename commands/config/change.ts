/** Sets the repository of a file, and tells what changed. */
import type { Block, ClusterConfig } from "../../config/mod.ts";
import type { Repository } from "../../core/repository.ts";
import type { Reporter } from "../output/reporter.ts";
import { loadConfig } from "./load.ts";

/**
 * Sets a file's external repository, or with `dryRun` tells what would change. What a check then
 * finds wrong, or that nodes will not get there, is told as warnings.
 */
export async function changeRepository(
  config: ClusterConfig,
  repository: Repository,
  dryRun: boolean,
  report: Reporter,
): Promise<void> {
  const { setRepository, writeConfig } = await loadConfig();
  const change = setRepository(config, repository);
  if (change.text === config.file.text) await tell("unchanged", config, change.block, report);
  else if (dryRun) await tell("would-write", config, change.block, report);
  else {
    const { backup, inPlace } = writeConfig(config, change);
    await tell("written", config, change.block, report, backup);
    if (inPlace) warnOfMount(config.file.name, backup, report);
  }
  for (const { code, severity, message, hint, line } of change.findings) {
    if (severity === "error" || code === "loopback-endpoint") {
      const text = `${config.file.name}:${line}: ${message}`;
      report.emit({ event: "warning", code, message: text, hint });
    }
  }
}

function warnOfMount(name: string, backup: string, report: Reporter): void {
  report.emit({
    event: "warning",
    code: "written-in-place",
    message: `${JSON.stringify(name)} is a mount of its own: it was written in place, which a ` +
      "power failure can leave half done",
    hint: `Take ${backup} along, if it lies in a container; mount the folder instead of the file.`,
  });
}

async function tell(
  action: "written" | "unchanged" | "would-write",
  { file: { name }, block: before }: ClusterConfig,
  after: Block,
  report: Reporter,
  backup?: string,
): Promise<void> {
  const { BLOCK_KEYS, shownEndpoint } = await loadConfig();
  const changes = BLOCK_KEYS.filter((key) => before.values[key] !== after.values[key])
    .map((key) => {
      const shown = (value: string | undefined) => {
        if (key === "externalRepoPassword") return value !== undefined;
        return value === undefined ? null : shownEndpoint(value);
      };
      return { key, before: shown(before.values[key]), after: shown(after.values[key]) };
    });
  const facts = {
    event: "config",
    file: name,
    action,
    form: after.form,
    changes,
    ...(backup === undefined ? {} : { backup }),
  };
  const verb = {
    written: "Changed",
    unchanged: "Nothing to change in",
    "would-write": "Would change",
  };
  const lines = changes.map((one) => `  ${one.key}: ${text(one.before)} → ${text(one.after)}\n`);
  const kept = backup === undefined ? "" : `Backup: ${backup}\n`;
  report.result(facts, `${verb[action]} ${name}\n${lines.join("")}${kept}`);
}

function text(value: string | boolean | null): string {
  if (value === null || value === false) return "(none)";
  return value === true ? "(not shown)" : value;
}
