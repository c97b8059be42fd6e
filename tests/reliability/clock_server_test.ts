/** A clock that is wrong, or is set back or forth: nothing that matters goes by it. */
import assert from "node:assert/strict";
import { outcome, start } from "../support/e2e/run.ts";
import { stalledImport } from "../support/e2e/stalled_import.ts";
import { digestsBelow, makeRoot } from "../support/e2e/targets.ts";
import { killAfter, mustImport, timeOf } from "../support/reliability/killed.ts";
import { makeReleases } from "../support/reliability/releases.ts";
import { reliabilityTest, times } from "../support/reliability/trials.ts";
import { run } from "../support/run.ts";

const NEEDS = ["tar", "faketime"];

/** Days back and forth, as faketime(1) takes them. The monotonic clock goes on, as it does for real. */
const SHIFTS = ["-400d", "-1d", "-3s", "+1h", "+8d"];

/** The environment of a process whose clock is that of a file, or differs by `shift`. */
async function clock(shift: string): Promise<Record<string, string>> {
  const library = await run("faketime", ["-f", "+0", "printenv", "LD_PRELOAD"]);
  const faked = { LD_PRELOAD: new TextDecoder().decode(library).trim(), DONT_FAKE_MONOTONIC: "1" };
  return shift.startsWith("/")
    ? { ...faked, FAKETIME_TIMESTAMP_FILE: shift, FAKETIME_NO_CACHE: "1" }
    : { ...faked, FAKETIME: shift };
}

/** Other bytes of the same length, behind the manifest's back. */
async function spoil(path: string): Promise<void> {
  const { size } = await Deno.stat(path);
  await Deno.writeFile(path, new Uint8Array(size));
}

reliabilityTest({
  fault: "the clock differs by up to 400 days from run to run, one of which is killed",
  outcome: "what was changed meanwhile is found and mended; every name is whole",
  needs: NEEDS,
  file: import.meta.url,
}, async (tried) => {
  await using releases = await makeReleases();
  const { old, young } = releases;
  for (const first of SHIFTS) {
    for (const second of SHIFTS.filter((shift) => shift !== first).slice(0, times(1, 4))) {
      await using root = await makeRoot();
      const [before, after] = [await clock(first), await clock(second)];
      const importOf = (archive: string) => [archive, "--root", root.path];
      await mustImport({ args: importOf(old.archive), env: before });
      await spoil(`${root.path}/dl.k8s.io/kubelet`);
      const time = await timeOf({ args: importOf(old.archive), env: after });
      assert.deepEqual(await digestsBelow(root.path), old.digests, `${first}, then ${second}`);
      await killAfter({ args: importOf(young.archive), env: before }, time / 2);
      await mustImport({ args: importOf(young.archive), env: after });
      assert.deepEqual(await digestsBelow(root.path), young.digests, `${first}, then ${second}`);
      tried();
    }
  }
});

reliabilityTest({
  fault: "the clock jumps days back and forth during an import",
  outcome: "the import ends well; so does the next one, which finds what was changed",
  needs: NEEDS,
  file: import.meta.url,
}, async (tried) => {
  await using releases = await makeReleases();
  const { old, young } = releases;
  const file = `${releases.folder}/clock`;
  const env = await clock(file);
  for (let round = 0; round < times(1, 10); round++) {
    await using root = await makeRoot();
    for (const { archive, digests } of [old, young, old]) {
      let jumps = 0;
      const jump = () => Deno.writeTextFileSync(file, jumps++ % 2 === 0 ? "-3d" : "+5d");
      jump();
      const jumping = setInterval(jump, 10);
      const ended = await outcome(start(["import", archive, "--root", root.path], { env }));
      clearInterval(jumping);
      assert.equal(ended.status, 0, ended.stderr);
      assert.deepEqual(await digestsBelow(root.path), digests);
      await spoil(`${root.path}/tools/tool-2`);
      await mustImport({ args: [archive, "--root", root.path] });
      assert.deepEqual(await digestsBelow(root.path), digests);
      tried();
    }
  }
});

reliabilityTest({
  fault: "the lock's holder has a clock that is days ahead or behind",
  outcome: "refused while it lives; killed, it blocks nobody, and what it staged is no hindrance",
  needs: NEEDS,
  file: import.meta.url,
}, async (tried) => {
  await using releases = await makeReleases();
  const { archive, digests } = releases.old;
  for (const shift of SHIFTS) {
    await using root = await makeRoot();
    const flags = ["--root", root.path];
    const staged = () => hasEntries(`${root.path}/.binimport/tmp`);
    const holder = await stalledImport(archive, flags, staged, await clock(shift));
    const refused = await outcome(start(["import", archive, ...flags]));
    assert.equal(refused.status, 4, refused.stderr);
    assert.match(refused.stderr, /another import holds it/);
    await holder.stop("SIGKILL");
    await mustImport({ args: [archive, ...flags] });
    assert.deepEqual(await digestsBelow(root.path), digests);
    assert.equal(await staged(), false);
    tried();
  }
});

async function hasEntries(folder: string): Promise<boolean> {
  try {
    return (await Array.fromAsync(Deno.readDir(folder))).length > 0;
  } catch {
    return false;
  }
}
