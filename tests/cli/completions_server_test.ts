/** Completion in the real shells, in a real terminal. */
import assert from "node:assert/strict";
import { makeFolder, openShell } from "../support/cli/completing_shell.ts";
import { runHere } from "../support/cli/test_context.ts";
import { testWithTools } from "../support/require.ts";
import { run } from "../support/run.ts";

/** How each shell is started, and told of the script. */
const SHELLS: Readonly<Record<string, { command: string[]; setUp: string }>> = {
  "bash": { command: ["bash", "--norc", "--noprofile"], setUp: "source ./bash-script\r" },
  "bash with bash-completion": {
    command: ["bash", "--norc", "--noprofile"],
    setUp: "source /usr/share/bash-completion/bash_completion; source ./bash-script\r",
  },
  "zsh": {
    command: ["zsh", "-f"],
    setUp: "autoload -Uz compinit; compinit -u -D; source ./zsh-script\r",
  },
  "fish": { command: ["fish", "--no-config"], setUp: "source ./fish-script\r" },
};

/** What is typed, and what the line then is, or what is shown below it. */
const CASES: readonly [typed: string, shown: RegExp][] = [
  ["binimport ver\t", /binimport verify /],
  ["binimport import --anon\t", /import --anonymous-download /],
  ["binimport import --anonymous-download k\t", /--anonymous-download keep /],
  ["binimport import --verify=tar\t", /--verify=target /],
  ["binimport --adapter mini\t", /--adapter minio /],
  ["binimport import --to http-p\t", /--to http-put:/],
  ["binimport import --to nginx-fs:html-fo\t", /--to nginx-fs:html-folder\//],
  ["binimport import --root html-\t", /--root html-folder\//],
  ["binimport list html-fi\t", /list html-file\.tar\.gz /],
  ["binimport config va\t", /config vars /],
  ["binimport completions fi\t", /completions fish /],
];

for (const [name, { command, setUp }] of Object.entries(SHELLS)) {
  const [shell = ""] = command;
  const tools = ["tmux", shell, ...(name.includes("-completion") ? ["dh_bash-completion"] : [])];
  testWithTools(`completion in ${name}`, tools, async (t) => {
    const folder = await makeFolder();
    try {
      await using terminal = await openShell(folder, command, setUp);
      for (const [typed, shown] of CASES) {
        await t.step(typed.replace("\t", "<Tab>"), async () => {
          await terminal.type(typed);
          await terminal.shows(shown);
          await terminal.type("\x15"); // Ctrl-U: the line is not run
        });
      }
      await t.step("several candidates are listed, with what they mean", async () => {
        // bash lists at the second Tab; fish would go to the first candidate then.
        await terminal.type(`binimport config ${shell === "fish" ? "\t" : "\t\t"}`);
        const seen = await terminal.shows(/check[^]*vars/);
        if (shell !== "bash") assert.match(seen, /find problems/);
      });
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });
}

for (const shell of ["bash", "zsh", "fish"]) {
  testWithTools(`the script for ${shell} is without faults to ${shell}`, [shell], async () => {
    const { stdout } = await runHere(["completions", shell]);
    const file = await Deno.makeTempFile();
    try {
      await Deno.writeTextFile(file, stdout);
      await run(shell, ["-n", file]);
    } finally {
      await Deno.remove(file);
    }
  });
}
