/** `--cluster-config` of an import: the file tells where to, and is told where nodes fetch from. */
import { type ClusterConfig, openConfig, setRepository } from "../../cluster_config/mod.ts";
import { verifyMode } from "../../core/importer/mod.ts";
import type { Repository } from "../../core/storage/mod.ts";
import { BinimportError } from "../../core/util/errors.ts";
import { changeRepository, externalRepository, tryRepository } from "../cluster_config.ts";
import { usageError } from "../context.ts";
import type { Session } from "../session.ts";
import type { OpenTargets } from "../targets.ts";

const REMEDY = "Use --write-config to change it.";

/** The file as it was before the import, and what it names, unless nodes fetch from elsewhere. */
type ClusterFile = { readonly config: ClusterConfig; readonly named?: Repository };

/** Reads the file that flags name. It may name no repository, or one of no use, where it is to be written. */
export async function openClusterFile(
  { flags: { clusterConfig, writeConfig }, report }: Session,
): Promise<ClusterFile> {
  if (clusterConfig === undefined) {
    const hint = "Give --cluster-config FILE, too.";
    throw usageError("Cannot use --write-config: no file is given", hint);
  }
  const config = await openConfig(clusterConfig);
  const { form } = config.block;
  if (form !== "s3" && form !== "http") {
    if (writeConfig === undefined) {
      const name = JSON.stringify(clusterConfig);
      const message = `${name} names no external repository: its form is ${form}`;
      report.warn("other-repository", message, REMEDY);
    }
    return { config };
  }
  try {
    return { config, named: externalRepository(config) };
  } catch (error) {
    if (writeConfig !== undefined && error instanceof BinimportError) return { config };
    throw error;
  }
}

/** With `--write-config`, what the file will name; without, warns where nodes fetch from elsewhere. */
export function planRepository(
  { config, named }: ClusterFile,
  { repositories }: OpenTargets,
  { flags: { writeConfig, verify = "auto" }, report }: Session,
): Repository | undefined {
  const found = repositories.flatMap((one) => one instanceof Error ? [] : [one]);
  const [first, second] = found;
  if (writeConfig === undefined) {
    if (named === undefined || found.some(({ endpoint }) => endpoint === named.endpoint)) return;
    const source = `Nodes fetch from ${named.endpoint}, says ${JSON.stringify(config.file.name)}`;
    report.warn("other-repository", `${source}; that is no target of this import`, REMEDY);
    return;
  }
  if (verifyMode(verify).reads === "nothing") {
    const hint = "Nodes are only sent to verified files.";
    throw usageError(`Cannot use --write-config with --verify ${verify}`, hint);
  }
  if (first === undefined) throw repositories[0];
  if (second !== undefined) {
    const addresses = found.map(({ endpoint }) => endpoint).join(" or ");
    throw usageError(
      `Cannot use --write-config with these targets: nodes could fetch from ${addresses}`,
      "Import into one of them with --write-config, and into the others without.",
    );
  }
  setRepository(config, first);
  return first;
}

/** Has the file, read again, name a repository whose server showed that it can be used. */
export async function writeRepository(
  { config: { file } }: ClusterFile,
  repository: Repository,
  session: Session,
): Promise<void> {
  const { flags: { dryRun = false }, report } = session;
  if (!dryRun) report.debug(await tryRepository(repository, session));
  await changeRepository(await openConfig(file.name), repository, dryRun, report);
}
