/** Shares of one package at once into one bucket: side by side, and nobody else meanwhile. */
import assert from "node:assert/strict";
import { inShard } from "../../core/storage/shard.ts";
import { binimport, type Ended } from "../support/e2e/run.ts";
import { type StalledImport, stalledImport } from "../support/e2e/stalled_import.ts";
import { startFaultyProxy } from "../support/faulty_proxy.ts";
import { type MinioServer, startMinio, unfinishedUploads } from "../support/minio_server.ts";
import { mustImport } from "../support/reliability/killed.ts";
import { bucketOf, locked, type Place, unconditionally } from "../support/reliability/places.ts";
import { makeReleases, type OneRelease } from "../support/reliability/releases.ts";
import { reliabilityTest, times } from "../support/reliability/trials.ts";

const NEEDED = ["tar", "minio", "mc"];
const COUNT = 4;
const INDEXES = Array.from({ length: COUNT }, (_, i) => i + 1);

/** The share that holds a file large enough to be staged in parts. */
const LARGE = INDEXES.find((index) => inShard("dl.k8s.io/kubelet", { index, count: COUNT })) ?? 0;
const OTHERS = INDEXES.filter((index) => index !== LARGE);

function share(index: number, count = COUNT): string[] {
  return ["--shard", `${index}/${count}`];
}

/** Imports into a place; without a share, all of it. */
function importing(
  { archive }: OneRelease,
  { flags, env = {} }: Place,
  more: readonly string[],
): Promise<Ended> {
  return binimport(["import", archive, "--json", ...flags, ...more], { env });
}

/** All shares at once. */
function importAllShares(release: OneRelease, place: Place): Promise<Ended[]> {
  return Promise.all(INDEXES.map((index) => importing(release, place, share(index))));
}

function written(ended: Ended): unknown {
  assert.equal(ended.status, 0, ended.stderr);
  return ended.events().at(-1)?.["written"];
}

/** Every file is right, the record knows each, importing again writes none, and nothing is left. */
async function assertWhole(server: MinioServer, release: OneRelease, place: Place): Promise<void> {
  assert.deepEqual(await place.found(), release.digests);
  const manifest = await (await fetch(`${server.url}/kubean/.binimport/manifest.json`)).json();
  assert.deepEqual(Object.keys(manifest.files).sort(), Object.keys(release.digests).sort());
  const keys = manifest.packages.flatMap((one: { keys: string[] }) => one.keys);
  assert.deepEqual(keys.sort(), Object.keys(release.digests).sort());
  for (const index of INDEXES) {
    assert.equal(written(await importing(release, place, share(index))), 0);
  }
  assert.deepEqual(await unfinishedUploads(server), []);
  assert.doesNotMatch(await server.mc("ls", "--recursive", "test/kubean"), /\.binimport\/lock/);
}

/** The share that holds a large file; it has staged that, and does not end before it is told. */
function halted(
  server: MinioServer,
  { archive }: OneRelease,
  { flags, env }: Place,
): Promise<StalledImport> {
  const begun = async () =>
    await locked(server, `lock-${LARGE}-of-${COUNT}`) &&
    (await unfinishedUploads(server)).length > 0;
  return stalledImport(archive, ["--json", ...flags, ...share(LARGE)], begun, env);
}

reliabilityTest({
  fault: "four shares of one package at once into one bucket",
  outcome: "none waits for another one; one record knows all files",
  needs: NEEDED,
  file: import.meta.url,
}, async (tried) => {
  await using releases = await makeReleases();
  for (let round = 0; round < times(2, 10); round++) {
    await using server = await startMinio();
    const place = bucketOf(server, releases.old);
    const ended = await importAllShares(releases.old, place);
    const count = ended.map(written).reduce<number>((sum, one) => sum + Number(one), 0);
    assert.equal(count, Object.keys(releases.old.digests).length);
    await assertWhole(server, releases.old, place);
    tried(COUNT);
  }
});

reliabilityTest({
  fault: "three shares come and go while the fourth is in the middle of its package",
  outcome: "what it has staged stays, and so does what they have recorded",
  needs: NEEDED,
  file: import.meta.url,
}, async (tried) => {
  await using releases = await makeReleases();
  await using server = await startMinio();
  const place = bucketOf(server, releases.old);
  const fourth = await halted(server, releases.old, place);
  for (const index of [...OTHERS, ...OTHERS]) {
    const { status, stderr } = await importing(releases.old, place, share(index));
    assert.equal(status, 0, stderr);
  }
  assert(Number(written(await fourth.finish())) > 0);
  await assertWhole(server, releases.old, place);
  tried(OTHERS.length);
});

reliabilityTest({
  fault: "four shares at once into a bucket of a server that knows no conditional writes",
  outcome: "every file is right, and one record knows all",
  needs: NEEDED,
  file: import.meta.url,
}, async (tried) => {
  await using releases = await makeReleases();
  await using server = await startMinio();
  await using proxy = await startFaultyProxy(
    server.url,
    (request) => unconditionally(server, request),
  );
  const place = bucketOf(server, releases.old, proxy.url);
  const ended = await importAllShares(releases.old, place);
  ended.forEach(written);
  assert(proxy.faults() > 0);
  await assertWhole(server, releases.old, bucketOf(server, releases.old));
  tried(COUNT);
});

reliabilityTest({
  fault: "a share that was killed among others",
  outcome: "blocks neither them, nor itself, nor a whole import",
  needs: NEEDED,
  file: import.meta.url,
}, async (tried) => {
  await using releases = await makeReleases();
  for (let round = 0; round < times(2, 10); round++) {
    await using server = await startMinio();
    const place = bucketOf(server, releases.old);
    await (await halted(server, releases.old, place)).stop("SIGKILL");
    assert.match(await server.mc("ls", "test/kubean/.binimport/"), /lock-\d-of-4/);
    if (round % 2 === 0) {
      (await importAllShares(releases.old, place)).forEach(written);
      await assertWhole(server, releases.old, place);
    } else {
      written(await importing(releases.old, place, []));
      assert.deepEqual(await place.found(), releases.old.digests);
      assert.deepEqual(await unfinishedUploads(server), []);
    }
    tried();
  }
});

reliabilityTest({
  fault: "a whole import, a share of another division and the same share while a share is imported",
  outcome: "wait, or refuse with who is there; and so does a share during a whole import",
  needs: NEEDED,
  file: import.meta.url,
}, async (tried) => {
  await using releases = await makeReleases();
  await using server = await startMinio();
  const place = bucketOf(server, releases.old);
  const one = await halted(server, releases.old, place);
  for (const more of [[], share(1, 3), share(LARGE)]) {
    const { status, stderr } = await importing(releases.old, place, more);
    assert.equal(status, 4, stderr);
    assert.match(stderr, new RegExp(`another import holds it \\(process ${one.child.pid} on `));
    tried();
  }
  const waiting = importing(releases.young, place, ["--lock-wait", "5m"]);
  // Shares that fit go on coming while the whole import waits.
  for (const index of OTHERS) written(await importing(releases.old, place, share(index)));
  assert(Number(written(await one.finish())) > 0);
  written(await waiting);
  assert.deepEqual(await place.found(), releases.young.digests);
  await assertShareWaits(server, releases.young, place);
  tried(2);
});

async function assertShareWaits(
  server: MinioServer,
  release: OneRelease,
  place: Place,
): Promise<void> {
  const whole = await stalledImport(release.archive, place.flags, () => locked(server), place.env);
  const { status, stderr } = await importing(release, place, share(1));
  assert.equal(status, 4, stderr);
  assert.match(stderr, new RegExp(`another import holds it \\(process ${whole.child.pid} on `));
  const waiting = importing(release, place, [...share(1), "--lock-wait", "5m"]);
  assert.equal((await whole.finish()).status, 0);
  assert.equal(written(await waiting), 0);
}

reliabilityTest({
  fault: "a share that slept while a whole import took its place",
  outcome: "publishes nothing any more, and says so",
  needs: NEEDED,
  file: import.meta.url,
}, async (tried) => {
  await using releases = await makeReleases();
  await using server = await startMinio();
  const place = bucketOf(server, releases.young);
  const sleeper = await halted(server, releases.old, place);
  sleeper.child.kill("SIGSTOP");
  const { flags, env = {} } = place;
  await mustImport({ args: [releases.young.archive, ...flags, "--lock-wait", "2m"], env });
  sleeper.child.kill("SIGCONT");
  const { status, stderr } = await sleeper.finish();
  assert.equal(status, 4, stderr);
  assert.match(stderr, /another import has taken it meanwhile|Somebody else ended this upload/);
  assert.deepEqual(await place.found(), releases.young.digests);
  tried();
});
