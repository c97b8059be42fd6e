/** `binimport import`: packages into targets. */
import { type Command, Option } from "commander";
import { VERIFY_MODES } from "../../core/importer/mod.ts";
import { packageKinds } from "../../core/packages/mod.ts";
import { parseShard } from "../../core/storage/mod.ts";
import { parseRate } from "../../core/util/units.ts";
import {
  addExpectFlags,
  addOutputFlags,
  addPackageFlags,
  addReportFlag,
  addTargetFlags,
} from "../options/mod.ts";
import type { Declaring } from "../verb.ts";
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

/** Declares the verb. */
export function declareImport(program: Command, { context, plugins, exits }: Declaring): void {
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
    .option("--bwlimit <rate>", "how much is written in a second, to all targets", parseRate)
    .addOption(verifyOption());
  addExpectFlags(command);
  addPackageFlags(command);
  addTargetFlags(command, plugins);
  command
    .optionsGroup("The cluster's configuration:")
    .option(
      "--cluster-config <file>",
      "a clusterConfig.yaml: endpoint and credentials are read from it when not given",
    )
    .option("--write-config", "after a verified import, have its nodes fetch from there");
  addOutputFlags(command);
  addReportFlag(command);
  command.addHelpText("after", EXAMPLES);
  command.action(exits(async (packages: string[], flags: ImportFlags) => {
    const { runImport } = await import("./run.ts");
    return await runImport(packages, flags, context);
  }));
}

function verifyOption(): Option {
  const modes = VERIFY_MODES.map(({ name }) => name);
  const summaries = VERIFY_MODES.map(({ name, summary }) => `${summary} (${name})`);
  return new Option("--verify <mode>", `how to prove what was written: ${summaries.join(", ")}`)
    .choices(modes).default(modes[0]);
}
