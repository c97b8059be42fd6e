/** `binimport node-check`: a script that proves from a node what it will fetch. */
import { addExpectFlags, addTargetFlags, wholeNumber } from "../options/mod.ts";
import type { Verb } from "../verb.ts";

export const nodeCheck: Verb = {
  name: "node-check",
  summary: "print a script that proves from a node what it will fetch",
  description:
    "Prints a script for sh with curl, wget or python3. Run on a node, it asks for every file that was\nimported, or that --expect names, reads some of them whole, and tells each fault: name, route,\nproxy, certificate, rights, length, digest. Its exit status is 0 or 5.",
  notes: `
Examples:
  Can this node fetch what was imported?
    binimport node-check --url http://10.0.1.1:8080 | ssh node1 sh

  And what kubespray will ask for, with every body read?
    binimport node-check --url http://10.0.1.1:8080 --expect files-amd64.list --full | ssh node1 sh
`,
  options(command, { plugins }) {
    command.optionsGroup("Check:")
      .option("--samples <n>", "files to read whole", wholeNumber(0), 3)
      .option("--full", "read every file whole");
    addExpectFlags(command);
    addTargetFlags(command, plugins);
  },
  run: async (session) => (await import("./run.ts")).runNodeCheck(session),
};
