import assert from "node:assert/strict";
import { digests, makeRelease } from "../support/e2e/packages.ts";
import { binimport, type Ended } from "../support/e2e/run.ts";
import { digestsBelow, fingerprint, makeRoot } from "../support/e2e/targets.ts";
import { testWithTools } from "../support/require.ts";
import { run } from "../support/run.ts";
import { smallDisk, testWithSmallDisk } from "../support/small_disk.ts";

testWithTools("e2e: a target that is missing, or a file", ["tar"], async () => {
  await using release = await makeRelease();
  await using root = await makeRoot();
  const missing = await binimport(["import", release.componentTools, "--root", `${root.path}/x`]);
  assertRefused(missing, /\/x": no such folder\n {2}Create it/);
  assert.deepEqual(await fingerprint(root.path), []);
  await Deno.writeTextFile(`${root.path}/x`, "a file");
  const file = await binimport(["import", release.componentTools, "--root", `${root.path}/x`]);
  assertRefused(file, /\/x": it is no folder/);
  assert.equal(await Deno.readTextFile(`${root.path}/x`), "a file");
});

testWithTools("e2e: a folder stands where a file is to go", ["tar"], async () => {
  await using release = await makeRelease();
  await using root = await makeRoot();
  await Deno.mkdir(`${root.path}/tools/bin/tool-7.sh`, { recursive: true });
  const blocked = await binimport(["import", release.componentTools, "--root", root.path]);
  assertRefused(blocked, /tool-7\.sh"/);
});

testOnSmallDisk("e2e: a target that is full keeps what it had", "size=8m", async (disk) => {
  await using release = await makeRelease();
  await Deno.writeFile(`${disk}/old`, new Uint8Array(1_000_000));
  const good = await binimport(["import", release.componentTools, "--root", disk]);
  assert.equal(good.status, 0, good.stderr);
  const before = await fingerprint(disk);
  const full = await binimport(["import", release.offlineFiles, "--root", disk]);
  assertRefused(full, /space/);
  assert.deepEqual(await fingerprint(disk), before, "temporary files are gone, old ones are there");

  const dry = await binimport(["import", release.offlineFiles, "--root", disk, "--dry-run"]);
  assert.equal(dry.status, 4, dry.stdout);
  assert.match(dry.stderr, /: no room for what is new: 9\.1 MB are needed, 7\.\d MB are free\n/);
  assert.match(dry.stdout, /FAILED; 6 to write/);

  await Deno.remove(`${disk}/old`);
  await run("mount", ["-o", "remount,size=64m", disk]);
  const packages = [release.offlineFiles, release.componentTools];
  const retried = await binimport(["import", ...packages, "--root", disk]);
  assert.equal(retried.status, 0, retried.stderr);
  assert.deepEqual(await digestsBelow(disk), digests(release.files));
});

testOnSmallDisk("e2e: a target that is read-only", "size=8m", async (disk) => {
  await using release = await makeRelease();
  await run("mount", ["-o", "remount,ro", disk]);
  const refused = await binimport(["import", release.componentTools, "--root", disk]);
  assertRefused(refused, /read-only/);
});

function assertRefused({ status, stdout, stderr }: Ended, message: RegExp): void {
  assert.equal(status, 4, stderr);
  assert.equal(stdout, "");
  assert.match(stderr, /^error: Cannot /);
  assert.match(stderr, message);
  assert.doesNotMatch(stderr, /^\s+at /m);
}

testOnSmallDisk(
  "e2e: a target that is mounted read-only is told by doctor, too",
  "ro",
  async (disk) => {
    await using release = await makeRelease();
    const said = /: the file system is read-only\n {2}Mount it writable/;
    assertRefused(await binimport(["import", release.componentTools, "--root", disk]), said);
    const looked = await binimport(["doctor", "--root", disk]);
    assert.equal(looked.status, 5, looked.stderr);
    assert.match(looked.stdout, /PROBLEM {2}target: .*: the file system is read-only/);
  },
);

/** A test with a folder that is a small file system of its own. */
function testOnSmallDisk(
  name: string,
  options: string,
  test: (disk: string) => Promise<void>,
): void {
  testWithSmallDisk(name, ["tar"], async () => {
    await using root = await makeRoot();
    await using _ = await smallDisk(root.path, `mode=755,${options}`);
    await test(root.path);
  });
}
