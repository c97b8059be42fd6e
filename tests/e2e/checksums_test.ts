import assert from "node:assert/strict";
import { makeRelease } from "../support/e2e/packages.ts";
import { binimport } from "../support/e2e/run.ts";
import { makeRoot } from "../support/e2e/targets.ts";
import { testWithTools } from "../support/require.ts";
import { run } from "../support/run.ts";

testWithTools(
  "e2e: sha256sum checks what was imported, without binimport",
  ["tar", "sha256sum"],
  async () => {
    await using release = await makeRelease();
    await using root = await makeRoot();
    const packages = [release.offlineFiles, release.componentTools];
    const { status, stderr } = await binimport(["import", ...packages, "--root", root.path]);
    assert.equal(status, 0, stderr);
    const check = () =>
      run("sha256sum", ["--check", "--strict", "--quiet", ".binimport/SHA256SUMS"], {
        cwd: root.path,
      });
    await check();
    const lines = (await Deno.readTextFile(`${root.path}/.binimport/SHA256SUMS`)).trim().split(
      "\n",
    );
    assert.equal(lines.length, release.files.size);

    const listed = await binimport(["list", ...packages, "--format", "sha256sum"]);
    assert.deepEqual(listed.stdout.trim().split("\n").sort(), lines.sort());

    const [first = ""] = release.files.keys();
    await Deno.writeTextFile(`${root.path}/${first}`, "other");
    await assert.rejects(check());
  },
);
