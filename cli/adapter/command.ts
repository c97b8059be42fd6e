/** `binimport adapter`: the adapters that there are, and new ones. */
import { builtinAdapters, findBuiltin } from "../../adapters/mod.ts";
import type { Context } from "../context.ts";
import { addAdapterFlags, checkedAdapter } from "../options/mod.ts";
import type { Verb } from "../verb.ts";
import { judgeChannel } from "./judge.ts";

/** Has a check run in a process of its own, unless this is that process; gives the exit status. */
export async function superviseIfAsked(context: Context): Promise<number | undefined> {
  const { args, self } = context;
  const isAsked = self !== undefined && !args.includes("--help") && !args.includes("-h") &&
    judgeChannel(context) === undefined;
  return isAsked ? await (await import("./supervise.ts")).superviseCheck(context) : undefined;
}

const VERBS: readonly Verb[] = [{
  name: "list",
  description: "Lists the adapters and their options.",
  run: async (session) => (await import("./list.ts")).runList(session),
}, {
  name: "new",
  summary: "write a working adapter and its test, to start from",
  description:
    "Writes an adapter that works, for you to change, its test, and what an editor needs to know its\ntypes.",
  options: (command) =>
    command
      .argument("<file>", "where to, such as my-store.ts; the adapter is named after it")
      .option("-n, --dry-run", "show what would be written, and write nothing"),
  run: async (session, file: string) => (await import("./new.ts")).runNew(session, file),
}, {
  name: "types",
  summary: "print the types of an adapter, for an editor",
  description:
    'Prints the types of an adapter: binimport adapter types > binimport.d.ts; then write\nimport type … from "./binimport.d.ts".',
  hasOutput: false,
  run: async ({ context }) => (await import("./new.ts")).runTypes(context),
}, {
  name: "check",
  summary: "check an adapter against the contract",
  description:
    "Runs the conformance cases against an adapter and shows which ones pass. It takes a minute at most,\nwhatever the adapter does; on a busy machine longer.",
  notes: `
Examples:
  binimport adapter check ./my-store.ts
  binimport adapter check ./my-store.ts --endpoint http://127.0.0.1:8080/empty/
  binimport adapter check nginx-fs

An adapter whose location is a folder (placeholder DIR) is lent one when none is given. Any other
place must be empty: the cases write, replace and remove objects, below conformance/.
With -q only what failed and the summary are shown.
Exit status: 0 all passed, 5 a case failed.
`,
  options(command, { context, plugins }) {
    command.argument("<adapter>", "a file such as ./my-store.ts, or a name; before any options");
    const builtin = findBuiltin(checkedAdapter(context.args) ?? "");
    const judged = builtin === undefined ? plugins : [builtin];
    addAdapterFlags(command, judged.length === 0 ? builtinAdapters : judged);
  },
  run: async (session, name: string) => (await import("./check.ts")).runCheck(session, name),
}];

export const adapter: Verb = {
  name: "adapter",
  summary: "list, create and check adapters",
  description:
    "Lists the adapters that packages can be imported with; creates and checks new ones.",
  verbs: VERBS,
};
