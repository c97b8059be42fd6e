/** `binimport locate`: from a URL to the path that it is read from. */
import { type Command, Option } from "commander";
import { serverNames } from "../../locate/servers/mod.ts";
import { addAdapterFlags, addOutputFlags, CONTAINER_OPTIONS } from "../options/mod.ts";
import type { Declaring } from "../verb.ts";
import type { LocateFlags } from "./run.ts";

const EXAMPLES = `
Examples:
  The folder that files belong into, for the nginx that listens on port 8080 here:
    binimport locate --url http://10.6.170.10:8080/

  The file that nodes would get, by a configuration that is not in use yet:
    binimport locate --url http://10.6.170.10:8080/dl.k8s.io/kubelet --nginx-conf ./nginx.conf

  For an nginx in a container, by the URL alone, by its name, or by that of its pod:
    binimport locate --url http://10.6.170.10:8080/ --adapter container
    binimport locate --url http://10.6.170.10:8080/ --container web
    binimport locate --url http://10.6.170.10:8080/ --pod files-0 -n kubean
`;

/** Declares the verb. */
export function declareLocate(program: Command, { context, exits }: Declaring): void {
  const adapter = new Option(
    "--adapter <name>",
    "where the server runs: on this host, or in a container of it",
  );
  adapter.argChoices = ["nginx-fs", "container"]; // for the help: they are checked later
  const command = program.command("locate")
    .summary("the folder or file behind a URL")
    .description(
      `Reads the configuration of nginx, or of ${serverNames()} that runs here, and tells\nwhat a GET of the URL would read, each step with file and line: for a URL that ends in a slash the\nfolder, else the file. Only reads: nothing is fetched, and neither nginx nor the folder need be there.`,
    )
    .option("--url <url>", "the address that nodes use")
    .option(
      "--nginx-conf <file>",
      "nginx.conf, or what nginx -T printed (default: that of the nginx that listens there)",
    )
    .addOption(adapter);
  addAdapterFlags(command, [CONTAINER_OPTIONS]);
  addOutputFlags(command);
  command.addHelpText("after", EXAMPLES);
  command.action(exits(async ({ adapter, ...flags }: LocateFlags) => {
    const { runLocate } = await import("./run.ts");
    // A variable is meant for imports, too, whose targets can be others.
    const isForAll = command.getOptionValueSource("adapter") === "env" && adapter !== "container";
    await runLocate(adapter === undefined || isForAll ? flags : { ...flags, adapter }, context);
  }));
}
