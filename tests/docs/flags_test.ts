import { deepEqual, ok } from "node:assert/strict";
import { runHere } from "../support/cli/test_context.ts";
import { pages } from "../support/docs/pages.ts";

const VERBS = [
  ["import"],
  ["verify"],
  ["prune"],
  ["locate"],
  ["list"],
  ["serve"],
  ["config", "get"],
  ["config", "check"],
  ["config", "set"],
  ["config", "vars"],
  ["config", "hosts"],
  ["node-check"],
];

Deno.test("docs: every flag in a command is one of that verb", async () => {
  const flags = new Map<string, ReadonlySet<string>>();
  for (const verb of VERBS) {
    const { stdout } = await runHere([...verb, "--help"]);
    flags.set(
      verb.join(" "),
      new Set([...stdout.matchAll(/--[a-z][a-z-]*/g)].map(([flag]) => flag)),
    );
  }
  const commands = pages.flatMap(({ path, text }) =>
    commandsIn(text).map((command) => ({ path, command }))
  );
  ok(commands.length > 60, "commands are found");
  const unknown = commands.flatMap(({ path, command }) => {
    const [, verb = ""] = /^binimport ((?:config )?[a-z]+)/.exec(command) ?? [];
    const known = flags.get(verb);
    const named = [...command.matchAll(/ (--[a-z][a-z-]*)/g)].map(([, flag = ""]) => flag);
    return named.filter((flag) => known?.has(flag) === false).map((flag) => ({ path, verb, flag }));
  });
  deepEqual(unknown, []);
});

/** An adapter of one's own brings flags of its own. */
const WITH_PLUGIN = /--adapter \S+\.(?:ts|js|mjs)\b/;

/** Each `binimport …` in a block or span of code, up to what ends a command. */
function commandsIn(text: string): string[] {
  return [...text.replaceAll(/\\\n\s*/g, "").matchAll(/\bbinimport [a-z][^\n`|;&]*/g)]
    .map(([command]) => command.replace(/ #.*/, ""))
    .filter((command) => !WITH_PLUGIN.test(command));
}
