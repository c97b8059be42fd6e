/** `binimport verify`: whether targets have, and serve, what they should. */
import { Option } from "commander";
import { VERIFY_MODES } from "../../core/importer/mod.ts";
import { addExpectFlags, addPackageFlags, addTargetFlags, append } from "../options/mod.ts";
import type { Verb } from "../verb.ts";

export const verify: Verb = {
  name: "verify",
  summary: "compare what is there with packages or with the record of imports",
  description:
    "Reads every file and compares its SHA-256: over the URL where one is known, without\ncredentials. Exits with 5 when something is missing, different or unreadable.",
  notes: `
Examples:
  Is everything that was imported still there, and served?
    binimport verify --adapter nginx-fs --root /usr/share/nginx/html --url http://10.0.1.1/

  Is all there that kubespray will ask for? Nothing but HTTP is needed:
    binimport verify --url http://10.0.1.1:8080 --expect files-amd64.list

  Does MinIO hold just what this package holds?
    binimport verify offline-files.tar.gz --adapter minio --endpoint http://10.0.1.1:9000
`,
  options(command, { plugins }) {
    const modes = VERIFY_MODES.filter(({ reads }) => reads !== "nothing").map(({ name }) => name);
    command.argument(
      "[package...]",
      "what to compare with; default: the target's record of imports",
    )
      .addOption(
        new Option("--verify <mode>", "where to read: over the URL, or in the target itself")
          .choices(modes).default(modes[0]),
      )
      .option(
        "--access-log <file>",
        "a log of serve (also with --json), nginx or Apache: how many nodes have fetched each file whole",
        append,
      );
    addExpectFlags(command);
    addPackageFlags(command);
    addTargetFlags(command, plugins);
  },
  reported: "verify",
  run: async (session, packages: string[]) =>
    (await import("./run.ts")).runVerify(session, packages),
};
