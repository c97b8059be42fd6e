/** A clusterConfig.yaml, as far as several verbs read and write it. */
import type { Block, ClusterConfig } from "../cluster_config/mod.ts";
import type { Repository } from "../core/storage/mod.ts";
import { BinimportError } from "../core/util/errors.ts";
import type { Context } from "./context.ts";
import type { Flags } from "./options/mod.ts";
import type { Reporter } from "./output/mod.ts";

/** Where one of these is set, the YAML library prints all that it reads, passwords too. */
const NOISY = ["LOG_TOKENS", "LOG_STREAM"];

/** What reads YAML, loaded when it is needed: other verbs start faster without it. */
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
  const { replaceFile, setRepository } = await loadConfig();
  const { name, path, text } = config.file;
  const change = setRepository(config, repository);
  if (change.text === text) await tell("unchanged", config, change.block, report);
  else if (dryRun) await tell("would-write", config, change.block, report);
  else {
    const { backup, inPlace } = replaceFile(config.file, change.text);
    await tell("written", config, change.block, report, backup);
    if (inPlace) {
      report.warn(
        "written-in-place",
        `${JSON.stringify(name)} is a mount of its own: it was written in place, which a ` +
          "power failure can leave half done",
        `Take ${backup} along, if it lies in a container; mount the folder instead of the file.`,
      );
    }
    if (repository.user !== undefined) await warnOfReaders(name, path, backup, report);
  }
  for (const { code, severity, message, hint, line } of change.findings) {
    if (severity === "error" || code === "loopback-endpoint") {
      report.warn(code, `${name}:${line}: ${message}`, hint);
    }
  }
}

const READ_BY_OTHERS = 0o044;

async function warnOfReaders(
  name: string,
  path: string,
  backup: string,
  report: Reporter,
): Promise<void> {
  const { mode } = await Deno.stat(path);
  if (mode === null || (mode & READ_BY_OTHERS) === 0) return;
  const bits = (mode & 0o777).toString(8).padStart(4, "0");
  report.warn(
    "secret-readable",
    `Other users can read the password in ${JSON.stringify(name)} (mode ${bits})`,
    `Run chmod 600 on it and on ${backup}.`,
  );
}

const DONE = {
  written: "Changed",
  unchanged: "Nothing to change in",
  "would-write": "Would change",
} as const;

async function tell(
  action: keyof typeof DONE,
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
  const { form } = after;
  const facts = { event: "config", file: name, action, form, changes, ...(backup && { backup }) };
  const lines = changes.map((one) => `  ${one.key}: ${text(one.before)} → ${text(one.after)}\n`);
  const kept = backup === undefined ? "" : `Backup: ${backup}\n`;
  report.result(facts, `${DONE[action]} ${name}\n${lines.join("")}${kept}`);
}

function text(value: string | boolean | null): string {
  if (value === null || value === false) return "(none)";
  return value === true ? "(not shown)" : value;
}

/** The repository that a file names. Code `config-invalid` when it names none that can be used. */
export async function externalRepository({ block, file }: ClusterConfig): Promise<Repository> {
  const { repositoryOf } = await loadConfig();
  const name = JSON.stringify(file.name);
  const repository = repositoryOf(block, file.name);
  if (repository === undefined) {
    throw new BinimportError(
      "config-invalid",
      `Cannot tell from ${name} where binaries are: no external endpoint is set`,
      { hint: `Set one: binimport config set ${file.name} --endpoint URL` },
    );
  }
  const { endpoint, user } = repository;
  await requireEndpoint(endpoint, user !== undefined, "config-invalid", ` in ${name}`);
  return repository;
}

/** Throws the code where nodes could not use an endpoint; `where` says where it was found. */
export async function requireEndpoint(
  endpoint: string,
  isS3: boolean,
  code: "usage" | "config-invalid",
  where = "",
): Promise<void> {
  const { ENDPOINT_FAULTS, endpointFault, shownEndpoint } = await loadConfig();
  const fault = endpointFault(endpoint, isS3 ? "s3" : "http");
  if (fault === undefined) return;
  const [state, hint] = ENDPOINT_FAULTS[fault];
  const message = `Cannot use "${shownEndpoint(endpoint)}" as an endpoint${where}: ${state}`;
  throw new BinimportError(code, message, { hint });
}

/** How a password is given. */
export const PASSWORD_WAYS =
  "Give --password-file FILE, --password-file - for standard input, or " +
  "set $BINIMPORT_PASSWORD.";

/** The bucket given; else a file's; else the one that kubean uses. Code `usage` for no such name. */
export async function bucketOf(
  flags: Flags,
  { env }: Context,
  named: string | undefined,
): Promise<string> {
  const { DEFAULT_BUCKET, isBucketName } = await loadConfig();
  const bucket = flags.bucket ?? env("BINIMPORT_BUCKET") ?? named ?? DEFAULT_BUCKET;
  if (isBucketName(bucket)) return bucket;
  throw new BinimportError(
    "usage",
    `Cannot use ${JSON.stringify(bucket)} as a bucket: S3 allows no such name`,
    { hint: "A name has 3 to 63 of a-z, 0-9, dot and hyphen." },
  );
}
