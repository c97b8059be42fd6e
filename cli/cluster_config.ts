/** A clusterConfig.yaml, as far as several verbs read and write it. To be loaded when it is needed. */
import { findBuiltin } from "../adapters/mod.ts";
import {
  BLOCK_KEYS,
  type ClusterConfig,
  DEFAULT_BUCKET,
  ENDPOINT_FAULTS,
  endpointFault,
  isBucketName,
  replaceFile,
  repositoryOf,
  setRepository,
  shownEndpoint,
} from "../cluster_config/mod.ts";
import {
  bytesSource,
  collect,
  plainHost,
  type Repository,
  STATE_FOLDER,
} from "../core/storage/mod.ts";
import { requireAddress } from "../core/util/address.ts";
import { BinimportError, hasCode, messageOf } from "../core/util/errors.ts";
import { shellWord } from "../core/util/hints.ts";
import { formatCount, formatMode } from "../core/util/units.ts";
import { usageError } from "./context.ts";
import { adapterInput } from "./options/mod.ts";
import type { Reporter } from "./output/mod.ts";
import type { Session } from "./session.ts";

const DONE = {
  written: "Changed",
  unchanged: "Nothing to change in",
  "would-write": "Would change",
} as const;
const READ_BY_OTHERS = 0o044; // and by the group

/** Sets a file's repository, or with `dryRun` tells how; warns of what a check then finds wrong. */
export async function changeRepository(
  config: ClusterConfig,
  repository: Repository,
  dryRun: boolean,
  report: Reporter,
): Promise<void> {
  const { name, path } = config.file;
  const change = setRepository(config, repository);
  const changed = dryRun ? "would-write" : "written";
  const action = change.text === config.file.text ? "unchanged" : changed;
  const done = action === "written" ? replaceFile(config.file, change.text) : undefined;
  const backup = done?.backup;
  const [before, after] = [config.block.values, change.block.values];
  const shown = (key: string, value: string | undefined) => {
    if (key === "externalRepoPassword") return value !== undefined;
    return value === undefined ? null : shownEndpoint(value);
  };
  const changes = BLOCK_KEYS.filter((key) => before[key] !== after[key])
    .map((key) => ({ key, before: shown(key, before[key]), after: shown(key, after[key]) }));
  const text = (value: string | boolean | null) =>
    value === true ? "(not shown)" : value || "(none)";
  const lines = changes.map((one) => `  ${one.key}: ${text(one.before)} → ${text(one.after)}\n`);
  report.result(
    { event: "config", file: name, action, form: change.block.form, changes, backup },
    `${DONE[action]} ${name}\n${lines.join("")}${backup ? `Backup: ${backup}\n` : ""}`,
  );
  if (done?.inPlace) {
    const own = `${JSON.stringify(name)} is a mount of its own`;
    report.warn(
      "written-in-place",
      `${own}: it was written in place, which a power failure can leave half done`,
      `Take ${backup} along, if it lies in a container; mount the folder instead of the file.`,
    );
  }
  if (done !== undefined && done.otherNames > 0) {
    const names = formatCount(done.otherNames, "other name");
    report.warn(
      "hard-links",
      `${JSON.stringify(name)} had ${names} (hard links), under which the old text stays`,
      `Find them: find / -samefile ${shellWord(done.backup)}; give them the new one by ln -f.`,
    );
  }
  const mode = done && repository.user && (await Deno.stat(path)).mode;
  if (mode && (mode & READ_BY_OTHERS) !== 0) {
    const bits = formatMode(mode & 0o777);
    const message = `Other users can read the password in ${JSON.stringify(name)} (mode ${bits})`;
    report.warn("secret-readable", message, `Run chmod 600 on it and on ${backup}.`);
  }
  for (const { code, severity, message, hint, line } of change.findings) {
    if (severity === "error" || code === "loopback-endpoint") {
      report.warn(code, `${name}:${line}: ${message}`, hint);
    }
  }
}

/** The repository that a file names. Code `config-invalid` when it names none that can be used. */
export function externalRepository({ block, file }: ClusterConfig): Repository {
  const name = JSON.stringify(file.name);
  const repository = repositoryOf(block, file.name);
  if (repository === undefined) {
    const message = `Cannot tell from ${name} where binaries are: no external endpoint is set`;
    const hint = `Set one: binimport config set ${file.name} --endpoint URL`;
    throw new BinimportError("config-invalid", message, { hint });
  }
  requireEndpoint(repository, "config-invalid", ` in ${name}`);
  return repository;
}

/** Throws the code where nodes could not use the endpoint; `where` says where it was found. */
export function requireEndpoint(
  { endpoint, user }: Repository,
  code: "usage" | "config-invalid",
  where = "",
): void {
  const fault = endpointFault(endpoint, user === undefined ? "http" : "s3");
  if (fault === undefined) return;
  const [state, hint] = ENDPOINT_FAULTS[fault];
  const message = `Cannot use "${shownEndpoint(endpoint)}" as an endpoint${where}: ${state}`;
  throw new BinimportError(code, message, { hint });
}

/** The bucket given; else a file's; else the one that kubean uses. Code `usage` for no such name. */
export function bucketOf({ flags, context: { env } }: Session, { bucket }: Repository): string {
  const name = flags.bucket ?? env("BINIMPORT_BUCKET") ?? bucket ?? DEFAULT_BUCKET;
  if (isBucketName(name)) return name;
  const message = `Cannot use ${JSON.stringify(name)} as a bucket: S3 allows no such name`;
  throw usageError(message, "A name has 3 to 63 of a-z, 0-9, dot and hyphen.");
}

/**
 * Asks whether a repository can be used as a file says; gives what its server showed.
 * In a bucket, an object is written, read and removed. Rejects as the minio adapter does.
 */
export async function tryRepository(repository: Repository, session: Session): Promise<string> {
  const { endpoint, user } = repository;
  const { flags, fetch, signal, report } = session;
  if (user === undefined) {
    const address = requireAddress(endpoint, "ask");
    const { status, close } = await fetch(address, { method: "GET", signal });
    close();
    return `${endpoint} answers, with status ${status}`;
  }
  const bucket = bucketOf(session, repository);
  const factory = findBuiltin("minio");
  if (factory === undefined) throw new Error("the minio adapter is built in");
  // With the file's credentials alone: those of the environment are of another purpose.
  const host = plainHost({ debug: report.debug, warn: report.warn });
  const own = { ...user, endpoint, bucket, prefix: undefined, anonymousDownload: "keep" };
  const given = { flags, complete: (input: object) => ({ ...input, ...own }) };
  const input = await adapterInput(factory, given, session);
  await using adapter = await factory.open(factory.parse(input, host), host);
  const key = `${STATE_FOLDER}/probe-${crypto.randomUUID()}`;
  const bytes = crypto.getRandomValues(new Uint8Array(64));
  try {
    await adapter.put(key, bytesSource(bytes), { signal });
    const read = await adapter.get(key, { signal }).then((body) => collect(body, bytes.length))
      .finally(() =>
        adapter.remove?.(key).catch((error) =>
          host.warn("probe-left", `A small object was left there: ${messageOf(error)}`)
        )
      );
    if (bytes.some((byte, i) => read[i] !== byte)) {
      const message = `Cannot rely on ${adapter.target}: it returns other bytes`;
      throw new BinimportError("integrity", message);
    }
  } catch (error) {
    if (!(error instanceof BinimportError && hasCode(error, "target"))) throw error;
    // The most frequent reason: credentials left from before.
    const { message, hint = "", cause } = error;
    const stale = "If it is a plain HTTP server, remove the credentials: config set FILE " +
      "--endpoint URL, without --username.";
    throw new BinimportError("target", message, { hint: `${hint} ${stale}`.trim(), cause });
  }
  return `${endpoint} answers; "${user.username}" can read and write bucket "${bucket}"`;
}
