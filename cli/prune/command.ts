/** `binimport prune`: takes away what no package holds any more. */
import { addPackageFlags, addTargetFlags } from "../options/mod.ts";
import type { Verb } from "../verb.ts";

export const prune: Verb = {
  name: "prune",
  summary: "remove files that earlier imports wrote and these packages no longer hold",
  description:
    "Removes files that earlier imports wrote into a target and none of the packages holds. Without\n--yes it only shows what would be removed. Files that no import wrote, and files that were changed\nsince, are kept.",
  notes: `
Examples:
  After an upgrade: show what would be removed, then remove it. Name every package still in use:
    binimport prune v1.33/*.tar.gz --root /usr/share/nginx/html
    binimport prune v1.33/*.tar.gz --root /usr/share/nginx/html --yes
`,
  options(command, { plugins }) {
    command.argument("[package...]", "every package that is still in use")
      .optionsGroup("Prune:")
      .option("-y, --yes", "remove them")
      .option(
        "--staged",
        "remove only staged files that stopped imports left, without asking for --yes; name packages for MinIO only",
      )
      .option(
        "--dry-run",
        "only show what would be removed, as without --yes; -n for short, unless --pod is given",
      );
    addPackageFlags(command);
    addTargetFlags(command, plugins);
  },
  run: async (session, packages: string[]) =>
    (await import("./run.ts")).runPrune(session, packages),
};
