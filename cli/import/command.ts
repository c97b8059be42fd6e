/** `binimport import`: packages into targets. */
import { Option } from "commander";
import { VERIFY_MODES } from "../../core/importer/mod.ts";
import { packageKinds } from "../../core/packages/mod.ts";
import { parseShard } from "../../core/storage/mod.ts";
import { parseRate } from "../../core/util/units.ts";
import { addExpectFlags, addPackageFlags, addTargetFlags } from "../options/mod.ts";
import type { Verb } from "../verb.ts";

export const importVerb: Verb = {
  name: "import",
  summary: "import packages into targets (the default verb)",
  description:
    "Imports the files of packages, and proves that nodes can download them. Files that are there\nalready are not written again: run it as often as you like.",
  notes: `
Examples:
  Both packages from this folder into a web root:
    binimport import --adapter nginx-fs --root /usr/share/nginx/html

  Into MinIO; the bucket is created and opened for download:
    export BINIMPORT_PASSWORD=…
    binimport import offline-files.tar.gz component-tools.tar.gz \\
      --adapter minio --endpoint http://10.0.1.1:9000 --bucket kubean --username rootuser

  Into both, reading the package once; a dry run first:
    binimport import dce5.tar --to nginx-fs:/srv/www --to minio:http://10.0.1.1:9000/kubean --dry-run

  Into the repository that clusterConfig.yaml names; or elsewhere, updating the file:
    binimport import dce5.tar --cluster-config clusterConfig.yaml
    binimport import dce5.tar --root /srv/www --url http://10.0.1.1:8080 \\
      --cluster-config clusterConfig.yaml --write-config
`,
  options(command, { plugins }) {
    const modes = VERIFY_MODES.map(({ name }) => name);
    const how = VERIFY_MODES.map(({ name, summary }) => `${summary} (${name})`).join(", ");
    command
      .argument("[package...]", `${packageKinds()}; default: what lies in the working directory`)
      .optionsGroup("Import:")
      .option(
        "--dry-run",
        "show what would be written, and write nothing; -n for short, unless --pod is given",
      )
      .option("--checksum", "hash the target's files again instead of trusting the manifest")
      .option("--force", "write every file, even if unchanged")
      .option(
        "--shard <i/n>",
        "import only share i of n, to split the work between n runs",
        parseShard,
      )
      .option("--bwlimit <rate>", "most bytes to write per second, over all targets", parseRate)
      .addOption(
        new Option("--verify <mode>", `how to verify what was written: ${how}`)
          .choices(modes).default(modes[0]),
      );
    addExpectFlags(command);
    addPackageFlags(command);
    addTargetFlags(command, plugins);
    command
      .optionsGroup("The cluster's configuration:")
      .option(
        "--cluster-config <file>",
        "clusterConfig.yaml to read endpoint and credentials from when not given",
      )
      .option("--write-config", "after a verified import, set the target in that file");
  },
  reported: "import",
  run: async (session, packages: string[]) =>
    (await import("./run.ts")).runImport(session, packages),
};
