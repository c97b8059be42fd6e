import assert from "node:assert/strict";
import { digests, makeRelease, type Release } from "../support/e2e/packages.ts";
import { binimport } from "../support/e2e/run.ts";
import { type StalledImport, stalledImport } from "../support/e2e/stalled_import.ts";
import { digestsBelow, fingerprint, makeRoot, type Root } from "../support/e2e/targets.ts";
import { testWithTools } from "../support/require.ts";

/** Whether a temporary file lies below the root. */
function temporaryIn(root: string): () => Promise<boolean> {
  return async () => {
    const found = await Array.fromAsync(Deno.readDir(`${root}/.binimport/tmp`)).catch(() => []);
    return found.length > 0;
  };
}

async function inodesBelow(folder: string): Promise<number[]> {
  const found: number[] = [];
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    const path = `${folder}/${name}`;
    if (isDirectory) found.push(...await inodesBelow(path));
    else found.push((await Deno.stat(path)).ino ?? 0);
  }
  return found;
}

function halfway({ offlineFiles }: Release, { path }: Root): Promise<StalledImport> {
  return stalledImport(offlineFiles, ["--root", path], temporaryIn(path));
}

for (const [signal, status] of [["SIGINT", 130], ["SIGTERM", 143], ["SIGHUP", 129]] as const) {
  testWithTools(`e2e: ${signal} stops an import, which can be gone on with`, ["tar"], async () => {
    await using release = await makeRelease();
    await using root = await makeRoot();
    const good = await binimport(["import", release.componentTools, "--root", root.path]);
    assert.equal(good.status, 0, good.stderr);
    const before = await fingerprint(root.path);

    const stalled = await halfway(release, root);
    const stopped = await stalled.stop(signal);
    assert.equal(stopped.status, status, stopped.stderr);
    assert(stopped.stderr.startsWith(`error: Stopped by ${signal}\n`), stopped.stderr);
    assert.match(
      stopped.stderr,
      /Nothing was changed\. Staged files are kept; run the same command/,
    );
    assert.equal(stopped.stdout, "");
    const after = (await fingerprint(root.path)).filter((line) =>
      !/^\.binimport\/tmp\//.test(line)
    );
    assert.deepEqual(after, before);

    const staged = await inodesBelow(`${root.path}/.binimport/tmp`);
    assert(staged.length > 0, "nothing was kept");
    const again = await binimport(["import", release.offlineFiles, "--root", root.path]);
    assert.equal(again.status, 0, again.stderr);
    assert.deepEqual(await digestsBelow(root.path), digests(release.files));
    const inodes = new Set(await inodesBelow(root.path));
    assert(staged.some((inode) => inodes.has(inode)), "nothing that was kept was used");
    assert(!await temporaryIn(root.path)());
  });
}

testWithTools("e2e: prune --staged removes what a stopped import has left", ["tar"], async () => {
  await using release = await makeRelease();
  await using root = await makeRoot();
  const stalled = await halfway(release, root);
  await stalled.stop("SIGTERM");
  const staged = (await inodesBelow(`${root.path}/.binimport/tmp`)).length;
  const prune = ["prune", "--staged", "--root", root.path];
  const dry = await binimport([...prune, "-n"]);
  assert.match(dry.stdout, new RegExp(`: ${staged} staged files? to remove\n$`));
  assert(await temporaryIn(root.path)());
  const done = await binimport([...prune, "--json"]);
  assert.equal(done.status, 0, done.stderr);
  assert.equal(done.events().at(-1)?.["staged"], staged);
  assert(!await temporaryIn(root.path)());
  assert.deepEqual(await digestsBelow(root.path), {});
});

testWithTools(
  "e2e: after SIGKILL a second import ends as if nothing had been",
  ["tar"],
  async () => {
    await using release = await makeRelease();
    await using root = await makeRoot();
    const stalled = await halfway(release, root);
    await stalled.stop("SIGKILL");
    assert(await temporaryIn(root.path)(), "something is left of it");
    assert.deepEqual(await digestsBelow(root.path), {});

    const packages = [release.offlineFiles, release.componentTools];
    const { status, stderr } = await binimport(["import", ...packages, "--root", root.path]);
    assert.equal(status, 0, stderr);
    assert.deepEqual(await digestsBelow(root.path), digests(release.files));
    assert(!await temporaryIn(root.path)());
  },
);

testWithTools("e2e: one import at a time, and the second one says why", ["tar"], async () => {
  await using release = await makeRelease();
  await using root = await makeRoot();
  const stalled = await halfway(release, root);
  const second = await binimport(["import", release.componentTools, "--root", root.path]);
  assert.equal(second.status, 4);
  assert.match(second.stderr, /another import holds it \(process \d+ on .*\n {2}.*--lock-wait/);
  await stalled.stop("SIGTERM");
  const third = await binimport(["import", release.componentTools, "--root", root.path]);
  assert.equal(third.status, 0, third.stderr);
});
