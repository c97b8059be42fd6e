/** `binimport import`: packages into targets. */
import type { Command } from "commander";
import { packageKinds } from "../../core/packages/mod.ts";
import { type AdapterFactory, parseShard } from "../../core/storage/mod.ts";
import { parseRate } from "../../core/util/units.ts";
import type { Context } from "../context.ts";
import { addExpectFlags } from "../expect_options.ts";
import {
  addClusterFlags,
  addOutputFlags,
  addPackageFlags,
  addReportFlag,
  addTargetFlags,
  addVerifyFlag,
} from "../options/mod.ts";
import type { ImportFlags } from "./run.ts";

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
      `${packageKinds()}; default: what lies in the working directory`,
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
  addExpectFlags(command);
  addPackageFlags(command);
  addTargetFlags(command, plugins);
  addClusterFlags(command);
  addOutputFlags(command);
  addReportFlag(command);
  command.addHelpText("after", EXAMPLES);
  command.action(async (packages: string[], flags: ImportFlags) => {
    const { runImport } = await import("./run.ts");
    done(await runImport(packages, flags, context));
  });
}
