/** A person who types `binimport` and nothing else. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { digests, makeRelease } from "../support/e2e/packages.ts";
import { binimport } from "../support/e2e/run.ts";
import { digestsBelow, makeRoot } from "../support/e2e/targets.ts";
import { tarGz } from "../support/packages.ts";
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
    await terminal.shows(/Packages, separated by spaces/);
    await terminal.type("/nowhere.tar.gz\r");
    await terminal.shows(/Not found: \/nowhere\.tar\.gz/);
    await terminal.type(`${release.offlineFiles} ${release.componentTools}\r`);
    await terminal.shows(/1 to 4 \[1\]/);
    await terminal.type("\r");
    await terminal.shows(/URL that nodes use/);
    await terminal.type("\r");
    await terminal.shows(/Folder that it serves \[/);
    await terminal.type(`${root.path}\r`);
    // Without an address there is none to set in a clusterConfig.yaml.
    await terminal.shows(/binimport import \S+ \S+ --root \S+\n[^]*Import now/);
    assert.deepEqual(await digestsBelow(root.path), {}, "nothing is done before the last question");
    await terminal.type("\r");
    await terminal.shows(/46 written/);
    assert.deepEqual(await digestsBelow(root.path), digests(release.files));
  },
);

testWithTools("e2e: packages that lie here, a store, and a password unseen", ["tmux"], async () => {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeFile(`${folder}/offline-files.tar.gz`, tarGz({ "h/x": "1" }));
    await Deno.writeTextFile(`${folder}/empty`, "");
    const env = { PATH: Deno.env.get("PATH") ?? "", HOME: folder, LANG: "C.UTF-8" };
    const command = [Deno.execPath(), "run", "-A", "--no-check", PROGRAM];
    await using terminal = await openTerminal(command, {
      cwd: folder,
      env,
      columns: 160,
      rows: 50,
    });
    await terminal.shows(/Packages, separated by spaces \[offline-files\.tar\.gz\]: *$/m);
    await terminal.type("~/offline-files.tar.gz\r");
    await terminal.shows(/1 to 4 \[1\]/);
    await terminal.type("5\r");
    await terminal.shows(/: 5\n1 to 4/);
    await terminal.type("3\r");
    await terminal.shows(/Endpoint \[/);
    await terminal.type("127.0.0.1:1\r");
    await terminal.shows(/An address begins with http:\/\/ or https:\/\/\. Endpoint \[/);
    await terminal.type("http://127.0.0.1:1\r");
    await terminal.shows(/Bucket \[/);
    await terminal.type("\r");
    await terminal.shows(/User name \(optional\)/);
    await terminal.type("rootuser\r");
    await terminal.shows(/Password file/);
    for (
      const [typed, state] of [["swordfish", "no such file"], ["empty", "it is empty"], [
        "~",
        "it is a folder",
      ]]
    ) {
      await terminal.type(`${typed}\r`);
      await terminal.shows(new RegExp(`cannot be read: ${state}`));
    }
    await terminal.type("\r");
    await terminal.shows(/Password: *$/m);
    await terminal.type("hunterr\x7f2\u9996\r");
    await terminal.shows(/clusterConfig\.yaml/);
    await terminal.type("\r");
    const end = await terminal.shows(/Import now/);
    assert.match(end, /read -rs BINIMPORT_PASSWORD; export BINIMPORT_PASSWORD\n/);
    const same = `binimport import ${folder}/offline-files.tar.gz --adapter minio --endpoint ` +
      "http://127.0.0.1:1 --bucket kubean --username rootuser\n";
    assert(end.includes(same), end);
    assert.doesNotMatch(end, /hunter/);
    assert.equal(end.split("swordfish").length, 2, "what was typed is not shown again");
    await terminal.type("n\r");
    await terminal.shows(/Cancelled: nothing was changed/);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

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
