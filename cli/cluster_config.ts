/** Loads what reads YAML, when it is needed: other commands start faster without it. */
import type { Command } from "commander";
import type { Block, ClusterConfig } from "../cluster_config/mod.ts";
import type { Repository } from "../core/storage/mod.ts";
import { BinimportError } from "../core/util/errors.ts";
import type { Context } from "./context.ts";
import type { Reporter } from "./output/mod.ts";

/** Where one of these is set, the YAML library prints all that it reads, passwords too. */
const NOISY = ["LOG_TOKENS", "LOG_STREAM"];

/** The module `cluster_config/mod.ts`. */
export async function loadConfig(): Promise<typeof import("../cluster_config/mod.ts")> {
  for (const name of NOISY) Deno.env.delete(name);
  return await import("../cluster_config/mod.ts");
}

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
    if (repository.user !== undefined) await warnOfReaders(config.file, backup, report);
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

/** Permission bits of those who are not the owner. */
const READ_BY_OTHERS = 0o044;

async function warnOfReaders(
  { name, path }: ClusterConfig["file"],
  backup: string,
  report: Reporter,
): Promise<void> {
  const { mode } = await Deno.stat(path);
  if (mode === null || (mode & READ_BY_OTHERS) === 0) return;
  const bits = (mode & 0o777).toString(8).padStart(4, "0");
  report.emit({
    event: "warning",
    code: "secret-readable",
    message: `Other users may read the password in ${JSON.stringify(name)} (mode ${bits})`,
    hint: `Run chmod 600 on it and on ${backup}.`,
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

/** The repository that a file names. Code `config-invalid` when it names none that can be used. */
export async function externalRepository({ block, file }: ClusterConfig): Promise<Repository> {
  const { ENDPOINT_FAULTS, endpointFault, repositoryOf, shownEndpoint } = await loadConfig();
  const repository = repositoryOf(block, file.name);
  if (repository === undefined) {
    throw new BinimportError(
      "config-invalid",
      `Cannot tell from ${
        JSON.stringify(file.name)
      } where binaries are: no external endpoint is set`,
      { hint: `Set one: binimport config set ${file.name} --endpoint URL` },
    );
  }
  const { endpoint, user } = repository;
  const fault = endpointFault(endpoint, user === undefined ? "http" : "s3");
  if (fault === undefined) return repository;
  const [state, hint] = ENDPOINT_FAULTS[fault];
  throw new BinimportError(
    "config-invalid",
    `Cannot use the endpoint "${shownEndpoint(endpoint)}" of ${
      JSON.stringify(file.name)
    }: ${state}`,
    { hint },
  );
}

/** The ways to give one. */
export const PASSWORD_WAYS =
  "Give --password-file FILE, --password-file - for standard input, or " +
  "set $BINIMPORT_PASSWORD.";

/** Its value as the parser gives it. */
export interface BucketFlag {
  readonly bucket?: string;
}

export function addBucketFlag(command: Command): Command {
  return command.option("--bucket <name>", "the bucket of an S3 server (default: kubean)");
}

/** The bucket given; else a file's; else the one that kubean uses. Code `usage` for no such name. */
export async function bucketOf(
  flags: BucketFlag,
  context: Context,
  named: string | undefined,
): Promise<string> {
  const { DEFAULT_BUCKET, isBucketName } = await loadConfig();
  const bucket = flags.bucket ?? context.env("BINIMPORT_BUCKET") ?? named ?? DEFAULT_BUCKET;
  if (isBucketName(bucket)) return bucket;
  throw new BinimportError(
    "usage",
    `Cannot use ${JSON.stringify(bucket)} as a bucket: S3 allows no such name`,
    { hint: "A name has 3 to 63 of a-z, 0-9, dot and hyphen." },
  );
}
