/** A person who types `binimport` and nothing else. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { digests, makeRelease } from "../support/e2e/packages.ts";
import { binimport } from "../support/e2e/run.ts";
import { digestsBelow, makeRoot } from "../support/e2e/targets.ts";
import { testWithTools } from "../support/require.ts";
import { openTerminal } from "../support/terminal.ts";

const PROGRAM = fileURLToPath(new URL("../../cli.ts", import.meta.url));

testWithTools(
  "e2e: binimport alone walks a person through an import",
  ["tar", "tmux"],
  async () => {
    await using release = await makeRelease();
    await using root = await makeRoot();
    const env = {
      PATH: Deno.env.get("PATH") ?? "",
      HOME: Deno.env.get("HOME") ?? "/",
      LANG: "C.UTF-8",
    };
    const command = [Deno.execPath(), "run", "-A", "--no-check", PROGRAM];
    const options = { cwd: root.path, env, columns: 160, rows: 40 };
    await using terminal = await openTerminal(command, options);
    await terminal.shows(/Packages, with spaces/);
    await terminal.type("/nowhere.tar.gz\r");
    await terminal.shows(/There is no \/nowhere\.tar\.gz/);
    await terminal.type(`${release.offlineFiles} ${release.componentTools}\r`);
    await terminal.shows(/1 or 2 \[1\]/);
    await terminal.type("\r");
    await terminal.shows(/The address that nodes use/);
    await terminal.type("\r");
    await terminal.shows(/The folder that it serves \[/);
    await terminal.type(`${root.path}\r`);
    await terminal.shows(/clusterConfig\.yaml/);
    await terminal.type("\r");
    await terminal.shows(/binimport import \S+ \S+ --root \S+\n[^]*Do it now/);
    assert.deepEqual(await digestsBelow(root.path), {}, "nothing is done before the last question");
    await terminal.type("\r");
    await terminal.shows(/46 written/);
    assert.deepEqual(await digestsBelow(root.path), digests(release.files));
  },
);

Deno.test("e2e: nobody is asked where standard input is no terminal", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const { status, stderr } = await binimport([], { cwd: folder });
    assert.equal(status, 2);
    assert.match(stderr, /^error: Cannot /);
  } finally {
    await Deno.remove(folder);
  }
});
