/** The clusterConfig.yaml of an installer: reads, checks and edits its `spec.binaries` in place. */
import type { Repository } from "../core/storage/mod.ts";
import { BinimportError } from "../core/util/errors.ts";
import { type Block, DEFAULT_BUCKET, OTHER_SPELLING, readBlock, valuesOf } from "./binaries.ts";
import { checkSource, type Finding } from "./check/mod.ts";
import { parseSource, theClusterDocument } from "./document.ts";
import { setValues } from "./edit/mod.ts";
import { type ConfigFile, readConfigFile } from "./file.ts";
import { inventoryOf } from "./ansible.ts";

export {
  BLOCK_KEYS,
  DEFAULT_BUCKET,
  ENDPOINT_FAULTS,
  endpointFault,
  fetchBase,
  isBucketName,
  repositoryOf,
  shownEndpoint,
  usualServer,
  withoutSlash,
} from "./binaries.ts";
export { replaceFile } from "./file.ts";
export { readVariables, repositoryVariables, variablesIn } from "./ansible.ts";
export { renderScalar } from "./yaml_nodes.ts";

/** An open file that holds one ClusterConfig, and what its `spec.binaries` says. */
export interface ClusterConfig {
  readonly file: ConfigFile;
  readonly block: Block;
}

/** Reads a file. Code `config-invalid` unless it holds just one ClusterConfig of a known version. */
export async function openConfig(path: string): Promise<ClusterConfig> {
  const file = await readConfigFile(path);
  return { file, block: readBlock(clusterIn(file)) };
}

function clusterIn({ name, text }: ConfigFile) {
  return theClusterDocument(parseSource(name, text));
}

/** The nodes of a file as an inventory of Ansible, without passwords; see {@linkcode openConfig}. */
export async function readHosts(path: string): Promise<ReturnType<typeof inventoryOf>> {
  return inventoryOf(clusterIn(await readConfigFile(path)));
}

/**
 * The text with `spec.binaries` set to an external repository, and what a check still finds; writes
 * nothing. Code `config-invalid` when something else would change its meaning; `usage` for a bucket
 * that the file has no place for.
 */
export function setRepository(
  { file, block }: ClusterConfig,
  repository: Repository,
): { readonly text: string; readonly block: Block; readonly findings: readonly Finding[] } {
  const values = valuesOf(repository, block.values);
  const { bucket = DEFAULT_BUCKET } = repository;
  if (bucket !== DEFAULT_BUCKET && values.externalRepoEndpoint !== undefined) {
    const state = `an installer looks in "${DEFAULT_BUCKET}"`;
    const message = `Cannot have nodes fetch from bucket "${bucket}": ${state}`;
    const hint = `Leave out --bucket, or write "${OTHER_SPELLING}", which names one.`;
    throw new BinimportError("usage", message, { hint });
  }
  const changed = setValues(parseSource(file.name, file.text), values);
  const { text } = changed;
  return { text, block: readBlock(theClusterDocument(changed)), findings: checkSource(changed) };
}

/** Everything that is known to go wrong and can be seen in the file; see {@linkcode openConfig}. */
export async function checkConfig(path: string): Promise<Finding[]> {
  const { text } = await readConfigFile(path);
  return checkSource(parseSource(path, text));
}
