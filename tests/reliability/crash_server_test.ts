/** The process is killed without warning, at moments spread over an import. */
import assert from "node:assert/strict";
import { binimport, start } from "../support/e2e/run.ts";
import { digestsBelow, digestsServed, fingerprint, makeRoot } from "../support/e2e/targets.ts";
import { startMinio, unfinishedUploads } from "../support/minio_server.ts";
import { assertWhole } from "../support/reliability/final_names.ts";
import {
  type ImportCommand,
  killAfter,
  mustImport,
  spread,
  timeOf,
} from "../support/reliability/killed.ts";
import {
  makeReleases,
  type OneRelease,
  PARTS,
  type Releases,
} from "../support/reliability/releases.ts";
import { reliabilityTest, times, type Tried } from "../support/reliability/trials.ts";
import { run } from "../support/run.ts";
import { killing, mainThreadCalls, type Point, traced } from "../support/system_calls.ts";

/** Where the releases go, seen from outside. */
interface Place {
  /** How a release is imported into it. */
  command(release: OneRelease): ImportCommand;
  /** Digests of what a node would be given, or what lies there. */
  found(keys: readonly string[]): Promise<Readonly<Record<string, string>>>;
  /** What an import leaves besides its files. */
  leftovers(): Promise<readonly string[]>;
}

const outcome = "every name is wholly old or new; the next run mends the rest and leaves nothing";

reliabilityTest({
  fault: "kill -9 during an import into a web root",
  outcome,
  needs: ["tar"],
  file: import.meta.url,
}, async (tried) => {
  await using releases = await makeReleases();
  await using root = await makeRoot();
  await killManyTimes(releases, {
    command: ({ archive }) => ({ args: [archive, "--root", root.path] }),
    found: () => digestsBelow(root.path),
    leftovers: () => fingerprint(`${root.path}/.binimport/tmp`),
  }, tried);
});

reliabilityTest({
  fault: "kill -9 during an import into an overlayfs whose lower layer holds the other release",
  outcome,
  needs: ["tar", "mount"],
  file: import.meta.url,
}, async (tried) => {
  await using releases = await makeReleases();
  const folders = `${releases.folder}/overlay`;
  for (const name of ["lower", "upper", "work", "root"]) {
    await Deno.mkdir(`${folders}/${name}`, { recursive: true });
  }
  const root = `${folders}/root`;
  const command = (path: string) => ({ archive }: OneRelease) => ({
    args: [archive, "--root", path],
  });
  await mustImport(command(`${folders}/lower`)(releases.old));
  const layers = `lowerdir=${folders}/lower,upperdir=${folders}/upper,workdir=${folders}/work`;
  await run("mount", ["-t", "overlay", "overlay", "-o", layers, root]);
  try {
    await killManyTimes(
      releases,
      {
        command: command(root),
        found: () => digestsBelow(root),
        leftovers: () => fingerprint(`${root}/.binimport/tmp`),
      },
      tried,
      times(6, 20),
    );
  } finally {
    await run("umount", [root]);
  }
});

/** What changes a file, a name, or what is told. */
const CHANGES = ["write", "fchmod", "rename", "mkdir", "unlink", "rmdir", "ftruncate"];

reliabilityTest({
  fault: "kill -9 right before a system call that changes something in a web root",
  outcome,
  needs: ["tar", "strace"],
  file: import.meta.url,
}, async (tried) => {
  await using releases = await makeReleases();
  await using root = await makeRoot();
  const args = (release: OneRelease) => ["--json", release.archive, "--root", root.path];
  await mustImport({ args: args(releases.young) });
  const trace = `${releases.folder}/trace`;
  await mustImport({ args: args(releases.old), under: traced({ trace, calls: CHANGES }) });
  const changes = mainThreadCalls(trace, CHANGES);
  const points = spread(times(12, changes.length), changes.length - 1)
    .map((at) => changes[Math.round(at)] ?? assert.fail());
  let killed = 0;
  for (const [round, point] of points.entries()) {
    const release = round % 2 === 0 ? releases.young : releases.old;
    const under = killing(point);
    const { success } = await start(["import", ...args(release)], { under }).output();
    if (!success) killed++;
    const moment = `when it was killed before ${point.fullName} number ${point.nth}`;
    assertWhole(await digestsBelow(root.path), [releases.old, releases.young], moment);
    await mustImport({ args: args(release) });
    assert.deepEqual(await digestsBelow(root.path), release.digests, moment);
    assert.deepEqual(await fingerprint(`${root.path}/.binimport/tmp`), [], moment);
    tried();
  }
  assert(killed >= points.length / 2, `only ${killed} of ${points.length} were killed`);
});

reliabilityTest({
  fault: "kill -9 right before a system call that changes something in prune",
  outcome: "what the packages hold is whole; the next prune removes the rest and leaves nothing",
  needs: ["tar", "strace"],
  file: import.meta.url,
}, async (tried) => {
  await using releases = await makeReleases();
  const { archive, digests } = releases.young;
  const kept = Object.keys(digests).filter((key) => !key.startsWith("tools/"));
  const held = Object.fromEntries(kept.map((key) => [key, digests[key]]));
  const command = (root: string) => ["--json", "--exclude", "tools/*", archive, "--root", root];
  let changes: readonly Point[] = [];
  let killed = 0;
  // The first one runs to its end, and shows what there is to be killed before.
  for (const at of [undefined, ...spread(times(8, 24), 1)]) {
    await using root = await makeRoot();
    await mustImport({ args: [archive, "--root", root.path] });
    const trace = `${releases.folder}/trace`;
    const point = at === undefined ? undefined : changes[Math.round(at * (changes.length - 1))];
    const under = point === undefined ? traced({ trace, calls: CHANGES }) : killing(point);
    const { success } = await start(["prune", "--yes", ...command(root.path)], { under }).output();
    if (point === undefined) changes = mainThreadCalls(trace, CHANGES);
    else if (!success) killed++;
    const found = await digestsBelow(root.path);
    const moment = `when it was killed before ${point?.fullName} number ${point?.nth}`;
    assert.deepEqual({ ...found, ...held }, found, moment);
    const next = await binimport(["prune", "--yes", ...command(root.path)]);
    assert.equal(next.status, 0, next.stderr);
    assert.deepEqual(await digestsBelow(root.path), held, moment);
    assert.deepEqual(await fingerprint(`${root.path}/.binimport/tmp`), [], moment);
    tried();
  }
  assert(killed > 0);
});

reliabilityTest({
  fault: "kill -9 during an import into MinIO",
  outcome,
  needs: ["tar", "minio"],
  file: import.meta.url,
}, async (tried) => {
  await using releases = await makeReleases();
  await using minio = await startMinio();
  await killManyTimes(releases, {
    command: ({ archive }) => ({
      args: [archive, "--endpoint", minio.url, "--username", minio.user, ...PARTS],
      env: { BINIMPORT_PASSWORD: minio.password },
    }),
    found: (keys) => digestsServed(`${minio.url}/kubean/`, keys),
    leftovers: () => unfinishedUploads(minio),
  }, tried);
});

/** Each round is killed while it replaces one release by the other, and then done again. */
async function killManyTimes(
  releases: Releases,
  place: Place,
  tried: Tried,
  rounds = times(30, 200),
): Promise<void> {
  const both = [releases.old, releases.young];
  const keys = Object.keys(releases.old.digests);
  await mustImport(place.command(releases.young));
  const time = await timeOf(place.command(releases.old));
  let killed = 0;
  const moments = spread(rounds, time);
  for (const [round, moment] of moments.entries()) {
    const release = round % 2 === 0 ? releases.young : releases.old;
    if (await killAfter(place.command(release), moment)) killed++;
    assertWhole(await place.found(keys), both, `when it was killed after ${moment} ms`);
    await mustImport(place.command(release));
    assert.deepEqual(await place.found(keys), release.digests, `killed after ${moment} ms`);
    assert.deepEqual(await place.leftovers(), [], `killed after ${moment} ms`);
    tried();
  }
  assert(killed >= moments.length / 2, `only ${killed} of ${moments.length} were killed in time`);
}
