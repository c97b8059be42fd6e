/**
 * The clusterConfig.yaml of an installer: reads, checks and edits its `spec.binaries` in place.
 *
 * @example Where nodes fetch binaries from, and a change of it
 * ```ts no-eval
 * import { openConfig, repositoryOf, setRepository, writeConfig } from "../config/mod.ts";
 *
 * const config = await openConfig("clusterConfig.yaml");
 * repositoryOf(config.block, config.file.name)?.endpoint; // http://10.0.1.1:8080
 * const change = setRepository(config, { endpoint: "http://10.0.1.2:8080" });
 * if (change.text !== config.file.text) writeConfig(config, change);
 * ```
 *
 * @module
 */
import { BinimportError } from "../core/errors.ts";
import type { Repository } from "../core/repository.ts";
import { type Block, readBlock } from "./block.ts";
import { checkSource } from "./check/check.ts";
import type { Finding } from "./check/finding.ts";
import { theClusterDocument } from "./cluster_document.ts";
import { type ConfigFile, readConfigFile } from "./config_file.ts";
import { setValues } from "./edit/set_values.ts";
import { DEFAULT_BUCKET, OTHER_SPELLING, valuesOf } from "./keys.ts";
import { parseSource, type YamlSource } from "./source.ts";
import { replaceFile, type Written } from "./write_file.ts";

export { type Block, type Form, repositoryOf } from "./block.ts";
export type { Finding, FindingCode, Severity } from "./check/finding.ts";
export type { ConfigFile } from "./config_file.ts";
export {
  ENDPOINT_FAULTS,
  type EndpointFault,
  endpointFault,
  isBucketName,
  shownEndpoint,
  usualServer,
  withoutSlash,
} from "./endpoint.ts";
export { BLOCK_KEYS, type BlockKey, type BlockValues, DEFAULT_BUCKET } from "./keys.ts";
export { readVariables, variablesIn } from "./kubespray_variables.ts";
export { renderScalar, type ScalarPlace, type ScalarStyle } from "./scalar.ts";
export type { Written } from "./write_file.ts";
export { fetchBase, type RepositoryVariables, repositoryVariables } from "./variables.ts";

/** An open file that holds one ClusterConfig. */
export interface ClusterConfig {
  /** The file as it was read. */
  readonly file: ConfigFile;
  /** What its `spec.binaries` says. */
  readonly block: Block;
}

/**
 * Reads a file. Code `config-invalid` when it cannot be read, is broken, or does not hold just one
 * ClusterConfig of a known version.
 */
export async function openConfig(path: string): Promise<ClusterConfig> {
  const file = await readConfigFile(path);
  return { file, block: blockOf(parseSource(path, file.text)) };
}

function blockOf(source: YamlSource): Block {
  return readBlock(theClusterDocument(source));
}

/** A text that a file is to have, and what it says. */
export interface Change {
  /** The whole file's text; the same as before when there was nothing to change. */
  readonly text: string;
  /** What `spec.binaries` says then. */
  readonly block: Block;
  /** What a check still finds then. */
  readonly findings: readonly Finding[];
}

/**
 * Sets `spec.binaries` to an external repository; writes nothing yet. Code `config-invalid` when
 * that cannot be done without changing what something else in the file means; `usage` for a bucket
 * that the file has no place for.
 */
export function setRepository({ file, block }: ClusterConfig, repository: Repository): Change {
  const values = valuesOf(repository, block.values);
  const { bucket = DEFAULT_BUCKET } = repository;
  if (bucket !== DEFAULT_BUCKET && values.externalRepoEndpoint !== undefined) {
    const reason = `an installer looks in "${DEFAULT_BUCKET}"`;
    throw new BinimportError(
      "usage",
      `Cannot have nodes fetch from bucket "${bucket}": ${reason}`,
      {
        hint: `Leave out --bucket, or write "${OTHER_SPELLING}", which names one.`,
      },
    );
  }
  const changed = setValues(parseSource(file.name, file.text), values);
  return { text: changed.text, block: blockOf(changed), findings: checkSource(changed) };
}

/**
 * Writes a change, in one step where the file is no mount of its own. Its old bytes are kept beside
 * it. Codes `forbidden`, `no-space`, `target`: the file is as it was then.
 */
export function writeConfig({ file }: ClusterConfig, { text }: Change): Written {
  return replaceFile(file, text);
}

/** Everything that is known to go wrong and can be seen in the file; see {@linkcode openConfig}. */
export async function checkConfig(path: string): Promise<Finding[]> {
  const { text } = await readConfigFile(path);
  return checkSource(parseSource(path, text));
}
