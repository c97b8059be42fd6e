/** `binimport prune`: takes away what no package holds any more. */
import type { Command } from "commander";
import { addOutputFlags, addPackageFlags, addTargetFlags } from "../options/mod.ts";
import type { Declaring } from "../verb.ts";
import type { PruneFlags } from "./run.ts";

const EXAMPLES = `
Examples:
  After an upgrade: what would go, then have it go. Name every package that is still in use:
    binimport prune v1.33/*.tar.gz --root /usr/share/nginx/html
    binimport prune v1.33/*.tar.gz --root /usr/share/nginx/html --yes
`;

/** Declares the verb. */
export function declarePrune(program: Command, { context, plugins, exits }: Declaring): void {
  const command = program.command("prune")
    .summary("remove what earlier imports wrote and these packages no longer hold")
    .description(
      "Removes from a target what earlier imports wrote there and none of the packages holds. Only\ntells what would go, unless --yes is given. What no import wrote, and what was changed since,\nstays.",
    )
    .argument("[package...]", "every package that is still in use")
    .optionsGroup("Prune:")
    .option("-y, --yes", "remove it")
    .option(
      "--staged",
      "remove at once what stopped imports have left unpublished, and nothing else; packages are needed for MinIO alone",
    )
    .option("--dry-run", "only tell what would go, as without --yes; without --pod, -n for short");
  addPackageFlags(command);
  addTargetFlags(command, plugins);
  addOutputFlags(command);
  command.addHelpText("after", EXAMPLES);
  command.action(exits(async (packages: string[], flags: PruneFlags) => {
    const { runPrune } = await import("./run.ts");
    return await runPrune(packages, flags, context);
  }));
}
