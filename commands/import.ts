/** `binimport import`: packages into targets. */
import type { Command } from "commander";
import type { AdapterFactory } from "../core/adapter.ts";
import { parseRate } from "../core/rate.ts";
import { parseShard } from "../core/shard.ts";
import type { VerifyMode } from "../core/verify.ts";
import type { AdapterFlags } from "./adapter_flags.ts";
import { addClusterFlags, type ClusterFlags } from "./cluster_flags.ts";
import type { BucketFlag } from "./config/bucket.ts";
import type { Context } from "./context.ts";
import {
  addOutputFlags,
  addPackageFlags,
  addReportFlag,
  type OutputFlags,
  type PackageFlags,
  type ReportFlag,
} from "./flags.ts";
import type { NetworkFlags } from "./network_flags.ts";
import { addTargetFlags, addVerifyFlag } from "./target_flags.ts";
import type { TargetFlags } from "./target_names.ts";

/** Values of its flags as the parser gives them. */
export type ImportFlags =
  & TargetFlags
  & PackageFlags
  & OutputFlags
  & ReportFlag
  & NetworkFlags
  & BucketFlag
  & ClusterFlags
  & AdapterFlags
  & {
    readonly dryRun?: true;
    readonly checksum?: true;
    readonly force?: true;
    readonly verify: VerifyMode;
  };

const EXAMPLES = `
Examples:
  Both packages from this folder into a web root:
    binimport import --adapter nginx-fs --root /usr/share/nginx/html

  Into MinIO; the bucket is made and opened for download:
    export BINIMPORT_PASSWORD=…
    binimport import offline-files.tar.gz component-tools.tar.gz \\
      --adapter minio --endpoint http://10.0.1.1:9000 --bucket kubean --username rootuser

  Into both, with one reading; first only to see what would be written:
    binimport import dce5.tar --to nginx-fs:/srv/www --to minio:http://10.0.1.1:9000/kubean --dry-run

  Where clusterConfig.yaml says; or somewhere else, and have it say so:
    binimport import dce5.tar --cluster-config clusterConfig.yaml
    binimport import dce5.tar --root /srv/www --url http://10.0.1.1:8080 \\
      --cluster-config clusterConfig.yaml --write-config
`;

/** Declares the command; what it is to exit with goes to `done`. */
export function declareImport(
  program: Command,
  context: Context,
  plugins: readonly AdapterFactory[],
  done: (status: number) => void,
): void {
  const command = program.command("import")
    .summary("packages into targets (also without a verb)")
    .description(
      "Puts the files of packages where a cluster's nodes will fetch them, and proves it. What is\nthere already is not written again; run it as often as you like.",
    )
    .argument(
      "[package...]",
      "archives, folders, http(s):// addresses, or - for standard input; default: what lies in the working directory",
    )
    .optionsGroup("Import:")
    .option(
      "--dry-run",
      "tell what would be written, and write nothing; without --pod, -n for short",
    )
    .option("--checksum", "read the target again instead of trusting what is recorded of it")
    .option("--force", "write every file again")
    .option(
      "--shard <i/n>",
      "only one of n shares of the files, which n runs divide among them",
      parseShard,
    )
    .option("--bwlimit <rate>", "how much is written in a second, to all targets", parseRate);
  addVerifyFlag(command);
  addPackageFlags(command);
  addTargetFlags(command, plugins);
  addClusterFlags(command);
  addOutputFlags(command);
  addReportFlag(command);
  command.addHelpText("after", EXAMPLES);
  command.action(async (packages: string[], flags: ImportFlags) => {
    const { runImport } = await import("./import/run.ts");
    done(await runImport(packages, flags, context));
  });
}
