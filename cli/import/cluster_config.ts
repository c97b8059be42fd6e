/** `--cluster-config` of an import: the file tells where to, and is told where nodes fetch from. */
import type { ClusterConfig } from "../../cluster_config/mod.ts";
import { type VerifyMode, verifyMode } from "../../core/importer/mod.ts";
import type { Repository } from "../../core/storage/mod.ts";
import { BinimportError } from "../../core/util/errors.ts";
import { changeRepository, externalRepository, loadConfig } from "../cluster_config.ts";
import type { Context } from "../context.ts";
import { type OnlineFlags, tryRepository } from "../online_check.ts";
import type { ClusterFlags } from "../options/mod.ts";
import type { Reporter } from "../output/mod.ts";
import type { OpenTargets } from "../targets.ts";

/** The file that an import was given. */
export interface ClusterFile {
  /** As it was before the import. */
  readonly config: ClusterConfig;
  /** What it names; nothing where nodes fetch from elsewhere. */
  readonly named?: Repository;
}

/**
 * Reads the file that flags name. One that names a repository which cannot be used is refused (code
 * `config-invalid`), unless it is to be written: that mends it.
 */
export async function openClusterFile(
  { clusterConfig: path, writeConfig }: ClusterFlags,
): Promise<ClusterFile | undefined> {
  if (path === undefined) {
    if (writeConfig === undefined) return undefined;
    throw new BinimportError("usage", "Cannot use --write-config: no file is given", {
      hint: "Give --cluster-config FILE, too.",
    });
  }
  const { openConfig } = await loadConfig();
  const config = await openConfig(path);
  const { form } = config.block;
  if (form !== "s3" && form !== "http") return { config };
  try {
    return { config, named: await externalRepository(config) };
  } catch (error) {
    if (writeConfig !== undefined && error instanceof BinimportError) return { config };
    throw error;
  }
}

/**
 * With `--write-config`, finds out before an import whether the file can be written after it, and
 * gives what it will name. Codes `usage` where it is not just one target that nodes can fetch from,
 * `config-invalid`. Without, warns where nodes will not fetch what is imported.
 */
export async function planRepository(
  file: ClusterFile,
  targets: OpenTargets,
  { writeConfig, verify }: ClusterFlags & { readonly verify: VerifyMode },
  report: Reporter,
): Promise<Repository | undefined> {
  if (writeConfig === undefined) {
    warnOfOthers(file, targets, report);
    return undefined;
  }
  if (verifyMode(verify).reads === "nothing") {
    throw new BinimportError("usage", `Cannot use --write-config with --verify ${verify}`, {
      hint: "Nodes are sent only to what is proved.",
    });
  }
  const { setRepository } = await loadConfig();
  const repository = onlyRepository(targets);
  setRepository(file.config, repository);
  return repository;
}

function onlyRepository({ repositories }: OpenTargets): Repository {
  const found: Repository[] = [];
  const failures: unknown[] = [];
  for (const repository of repositories) {
    try {
      found.push(repository());
    } catch (error) {
      failures.push(error);
    }
  }
  const [first, second] = found;
  if (first === undefined) throw failures[0];
  if (second === undefined) return first;
  throw new BinimportError(
    "usage",
    `Cannot use --write-config with these targets: nodes could fetch from ${
      found.map(({ endpoint }) => endpoint).join(" or ")
    }`,
    { hint: "Import into one of them with --write-config, and into the others without." },
  );
}

function warnOfOthers(
  { config: { file, block }, named }: ClusterFile,
  { repositories }: OpenTargets,
  report: Reporter,
): void {
  const isTarget = repositories.some((repository) => {
    try {
      return repository().endpoint === named?.endpoint;
    } catch {
      return false;
    }
  });
  if (isTarget) return;
  const name = JSON.stringify(file.name);
  report.emit({
    event: "warning",
    code: "other-repository",
    message: named === undefined
      ? `${name} names no external repository: its form is ${block.form}`
      : `Nodes fetch from ${named.endpoint}, says ${name}; that is no target of this import`,
    hint: "Give --write-config to change it.",
  });
}

/**
 * Has the file name a repository, once its server showed that it can be used as nodes and installer
 * use it. The file is read again: an import takes its time.
 */
export async function writeRepository(
  { config: { file } }: ClusterFile,
  repository: Repository,
  flags: OnlineFlags & { readonly dryRun?: true },
  context: Context,
  report: Reporter,
): Promise<void> {
  const { openConfig } = await loadConfig();
  const dryRun = flags.dryRun ?? false;
  if (!dryRun) report.debug(await tryRepository(repository, flags, context, report));
  await changeRepository(await openConfig(file.name), repository, dryRun, report);
}
