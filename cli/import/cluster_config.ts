/** `--cluster-config` of an import: the file tells where to, and is told where nodes fetch from. */
import type { ClusterConfig } from "../../cluster_config/mod.ts";
import { type VerifyMode, verifyMode } from "../../core/importer/mod.ts";
import type { Repository } from "../../core/storage/mod.ts";
import { BinimportError } from "../../core/util/errors.ts";
import { changeRepository, externalRepository, loadConfig } from "../cluster_config.ts";
import { tryRepository } from "../online_check.ts";
import type { Flags } from "../options/mod.ts";
import type { Session } from "../session.ts";
import type { OpenTargets } from "../targets.ts";

/** Flags that it goes by. */
export interface ClusterFlags extends Flags {
  readonly verify: VerifyMode;
  readonly clusterConfig?: string;
  readonly writeConfig?: true;
}

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
  session: Session<ClusterFlags>,
): Promise<Repository | undefined> {
  const { writeConfig, verify } = session.flags;
  if (writeConfig === undefined) {
    warnOfOthers(file, targets, session);
    return undefined;
  }
  if (verifyMode(verify).reads === "nothing") {
    throw new BinimportError("usage", `Cannot use --write-config with --verify ${verify}`, {
      hint: "Nodes are only sent to verified files.",
    });
  }
  const { setRepository } = await loadConfig();
  const repository = onlyRepository(targets);
  setRepository(file.config, repository);
  return repository;
}

function onlyRepository({ repositories }: OpenTargets): Repository {
  const found = repositories.flatMap((one) => one instanceof Error ? [] : [one]);
  const [first, second] = found;
  if (first === undefined) throw repositories[0];
  if (second === undefined) return first;
  const addresses = found.map(({ endpoint }) => endpoint).join(" or ");
  throw new BinimportError(
    "usage",
    `Cannot use --write-config with these targets: nodes could fetch from ${addresses}`,
    { hint: "Import into one of them with --write-config, and into the others without." },
  );
}

function warnOfOthers(
  { config: { file, block }, named }: ClusterFile,
  { repositories }: OpenTargets,
  { report }: Session,
): void {
  const isTarget = repositories.some((one) =>
    !(one instanceof Error) && one.endpoint === named?.endpoint
  );
  if (isTarget) return;
  const name = JSON.stringify(file.name);
  const message = named === undefined
    ? `${name} names no external repository: its form is ${block.form}`
    : `Nodes fetch from ${named.endpoint}, says ${name}; that is no target of this import`;
  report.warn("other-repository", message, "Use --write-config to change it.");
}

/**
 * Has the file name a repository, once its server showed that it can be used as nodes and installer
 * use it. The file is read again: an import takes its time.
 */
export async function writeRepository(
  { config: { file } }: ClusterFile,
  repository: Repository,
  session: Session,
): Promise<void> {
  const { openConfig } = await loadConfig();
  const { flags: { dryRun = false }, report } = session;
  if (!dryRun) report.debug(await tryRepository(repository, session));
  await changeRepository(await openConfig(file.name), repository, dryRun, report);
}
