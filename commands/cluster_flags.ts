/** Flags for the cluster's configuration. */
import type { Command } from "commander";

/** Values of the flags as the parser gives them. */
export interface ClusterFlags {
  readonly clusterConfig?: string;
  readonly writeConfig?: true;
}

/** Adds the flags. */
export function addClusterFlags(command: Command): Command {
  return command
    .optionsGroup("The cluster's configuration:")
    .option(
      "--cluster-config <file>",
      "a clusterConfig.yaml: endpoint and credentials are read from it when not given",
    )
    .option("--write-config", "after a verified import, have its nodes fetch from there");
}
