import assert from "node:assert/strict";
import { testWithTools } from "../require.ts";
import { digests, makeRelease, type Release } from "./packages.ts";
import { binimport } from "./run.ts";
import { type StalledImport, stalledImport } from "./stalled_import.ts";
import { digestsBelow, fingerprint, makeRoot, type Root } from "./targets.ts";

/** Whether a temporary file lies below the root. */
function temporaryIn(root: string): () => Promise<boolean> {
  return async () => {
    const found = await Array.fromAsync(Deno.readDir(`${root}/.binimport/tmp`)).catch(() => []);
    return found.length > 0;
  };
}

function halfway({ offlineFiles }: Release, { path }: Root): Promise<StalledImport> {
  return stalledImport(offlineFiles, ["--root", path], temporaryIn(path));
}

for (const [signal, status] of [["SIGINT", 130], ["SIGTERM", 143], ["SIGHUP", 129]] as const) {
  testWithTools(`e2e: ${signal} stops an import and leaves nothing of it`, ["tar"], async () => {
    await using release = await makeRelease();
    await using root = await makeRoot();
    const good = await binimport(["import", release.componentTools, "--root", root.path]);
    assert.equal(good.status, 0, good.stderr);
    const before = await fingerprint(root.path);

    const stalled = await halfway(release, root);
    const stopped = await stalled.stop(signal);
    assert.equal(stopped.status, status, stopped.stderr);
    assert(stopped.stderr.startsWith(`error: Stopped by ${signal}\n`), stopped.stderr);
    assert.equal(stopped.stdout, "");
    assert.deepEqual(await fingerprint(root.path), before);
  });
}

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
