/** `binimport locate`: from a URL to the path that it is read from. */
import { Option } from "commander";
import { serverNames } from "../../locate/servers/mod.ts";
import { addAdapterFlags, CONTAINER_OPTIONS } from "../options/mod.ts";
import type { Verb } from "../verb.ts";

export const locate: Verb = {
  name: "locate",
  summary: "find the folder or file behind a URL",
  description:
    `Shows what a GET of the URL would read, by the configuration of the nginx, ${serverNames()}\non this host, each step with file and line: the folder for a URL that ends in a slash, else\nthe file. Read-only: nothing is fetched, and neither server nor folder has to be there.`,
  notes: `
Examples:
  The folder that files belong into, for the nginx that listens on port 8080 here:
    binimport locate --url http://10.6.170.10:8080/

  The file that nodes would get, by a configuration that is not in use yet:
    binimport locate --url http://10.6.170.10:8080/dl.k8s.io/kubelet --nginx-conf ./nginx.conf

  For an nginx in a container, by the URL alone, by its name, or by that of its pod:
    binimport locate --url http://10.6.170.10:8080/ --adapter container
    binimport locate --url http://10.6.170.10:8080/ --container web
    binimport locate --url http://10.6.170.10:8080/ --pod files-0 -n kubean
`,
  options(command) {
    const adapter = new Option(
      "--adapter <name>",
      "where the server runs: on this host, or in a container of it",
    );
    adapter.argChoices = ["nginx-fs", "container"]; // for the help: they are checked later
    command
      .option("--url <url>", "URL that nodes use")
      .option(
        "--nginx-conf <file>",
        "nginx.conf, or the output of nginx -T; - reads stdin (default: what listens there)",
      )
      .addOption(adapter);
    addAdapterFlags(command, [CONTAINER_OPTIONS]);
  },
  run: async (session) => (await import("./run.ts")).runLocate(session),
};
