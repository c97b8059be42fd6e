/** Two imports at once into one place: they wait, or refuse with who is there. */
import assert from "node:assert/strict";
import { binimport, type Ended } from "../support/e2e/run.ts";
import { stalledImport } from "../support/e2e/stalled_import.ts";
import { digestsBelow, makeRoot } from "../support/e2e/targets.ts";
import { startFaultyProxy } from "../support/faulty_proxy.ts";
import { type MinioServer, startMinio, unfinishedUploads } from "../support/minio_server.ts";
import { mustImport } from "../support/reliability/killed.ts";
import { bucketOf, locked, type Place, unconditionally } from "../support/reliability/places.ts";
import { makeReleases, type Releases } from "../support/reliability/releases.ts";
import { reliabilityTest, times } from "../support/reliability/trials.ts";

const NEEDED = ["tar", "minio", "mc"];
const AT_ONCE = 4;

async function allAtOnce(
  releases: Releases,
  { flags, env = {} }: Place,
  more: readonly string[],
): Promise<Ended[]> {
  const archives = [releases.old.archive, releases.young.archive];
  return await Promise.all(Array.from({ length: AT_ONCE }, (_, i) => {
    return binimport(["import", archives[i % 2] ?? "", ...flags, ...more], { env });
  }));
}

/** All who waited have imported; what is there is one of the two, whole and from one alone. */
async function assertTurns(releases: Releases, place: Place): Promise<void> {
  for (const { status, stderr } of await allAtOnce(releases, place, ["--lock-wait", "5m"])) {
    assert.equal(status, 0, stderr);
  }
  const found = JSON.stringify(await place.found());
  const one = [releases.old, releases.young].some(({ digests }) =>
    JSON.stringify(digests) === found
  );
  assert(one, `neither release: ${found}`);
}

/** Those who do not wait end well, or say who is there. */
async function assertRefusals(releases: Releases, place: Place): Promise<void> {
  const ended = await allAtOnce(releases, place, []);
  assert(ended.some(({ status }) => status === 0), ended[0]?.stderr);
  for (const { status, stderr } of ended) {
    if (status === 0) continue;
    assert.equal(status, 4, stderr);
    assert.match(stderr, /another import holds it.*\n {2}.*--lock-wait/);
  }
}

const outcomeOfTwo = "they take turns, or refuse with who holds it; what is there is right";

reliabilityTest({
  fault: "four imports at once into one web root",
  outcome: outcomeOfTwo,
  needs: ["tar"],
  file: import.meta.url,
}, async (tried) => {
  await using releases = await makeReleases();
  await using root = await makeRoot();
  const place = { flags: ["--root", root.path], found: () => digestsBelow(root.path) };
  for (let round = 0; round < times(2, 10); round++) {
    await assertTurns(releases, place);
    await assertRefusals(releases, place);
    tried(2 * AT_ONCE);
  }
});

reliabilityTest({
  fault: "four imports at once into one bucket",
  outcome: outcomeOfTwo,
  needs: NEEDED,
  file: import.meta.url,
}, async (tried) => {
  await using releases = await makeReleases();
  await using server = await startMinio();
  const place = bucketOf(server, releases.old);
  for (let round = 0; round < times(2, 10); round++) {
    await assertTurns(releases, place);
    await assertRefusals(releases, place);
    tried(2 * AT_ONCE);
  }
  assert.deepEqual(await unfinishedUploads(server), []);
  assert.doesNotMatch(await server.mc("ls", "--recursive", "test/kubean"), /\.binimport\/lock/);
});

reliabilityTest({
  fault: "four imports at once into a bucket of a server that knows no conditional writes",
  outcome: outcomeOfTwo,
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
  await assertTurns(releases, place);
  tried(AT_ONCE);
  assert(proxy.faults() > 0);
});

reliabilityTest({
  fault: "the lock of a process of this machine that was killed",
  outcome: "blocks nobody",
  needs: NEEDED,
  file: import.meta.url,
}, async (tried) => {
  await using releases = await makeReleases();
  await using server = await startMinio();
  const { flags, env = {} } = bucketOf(server, releases.old);
  for (let round = 0; round < times(3, 10); round++) {
    const begun = () => locked(server);
    await (await stalledImport(releases.old.archive, flags, begun, env)).stop("SIGKILL");
    assert.match(
      await server.mc("cat", "test/kubean/.binimport/lock"),
      /"holder":"process \d+ on /,
    );
    await mustImport({ args: [releases.old.archive, ...flags], env });
    tried();
  }
});

/** A lock that somebody on another machine holds. */
async function foreignLock(server: MinioServer, beat: number): Promise<void> {
  const process = { pid: 1, started: "7", place: "elsewhere" };
  const holder = "process 1 on elsewhere since 2026-01-01T00:00:00.000Z";
  const file = await Deno.makeTempFile();
  await Deno.writeTextFile(file, JSON.stringify({ id: "theirs", holder, process, beat }));
  await server.mc("mb", "--ignore-existing", "test/kubean");
  await server.mc("cp", file, "test/kubean/.binimport/lock");
  await Deno.remove(file);
}

reliabilityTest({
  fault: "the lock of a process of another machine that is gone",
  outcome: "is taken over after 30 s without a sign of life",
  needs: NEEDED,
  file: import.meta.url,
}, async (tried) => {
  await using releases = await makeReleases();
  await using server = await startMinio();
  const { flags, env = {} } = bucketOf(server, releases.old);
  await foreignLock(server, 0);
  await mustImport({ args: [releases.old.archive, ...flags], env });
  tried();
});

reliabilityTest({
  fault: "the lock of a process of another machine that lives",
  outcome: "refused with its name after its next sign of life",
  needs: NEEDED,
  file: import.meta.url,
}, async (tried) => {
  await using releases = await makeReleases();
  await using server = await startMinio();
  const { flags, env = {} } = bucketOf(server, releases.old);
  await foreignLock(server, 0);
  let ended: Ended | undefined;
  const importing = binimport(["import", releases.old.archive, ...flags], { env })
    .then((how) => ended = how);
  for (let beat = 1; ended === undefined; beat++) {
    await foreignLock(server, beat);
    await Promise.race([importing, new Promise((resolve) => setTimeout(resolve, 1000))]);
  }
  const { status, stderr } = await importing;
  assert.equal(status, 4, stderr);
  assert.match(stderr, /another import holds it \(process 1 on elsewhere since /);
  tried();
});

reliabilityTest({
  fault: "an import that slept while another one took its lock",
  outcome: "publishes nothing any more, and says so",
  needs: NEEDED,
  file: import.meta.url,
}, async (tried) => {
  await using releases = await makeReleases();
  await using server = await startMinio();
  const place = bucketOf(server, releases.young);
  const { flags, env = {} } = place;
  // Small files wait in memory: so nothing but the lock can tell it what has happened.
  const small = [...flags, "--include", "tools/*"];
  const sleeper = await stalledImport(releases.old.archive, small, () => locked(server), env);
  sleeper.child.kill("SIGSTOP");
  const args = [releases.young.archive, ...flags, "--lock-wait", "2m"];
  await mustImport({ args, env });
  sleeper.child.kill("SIGCONT");
  const { status, stderr } = await sleeper.finish();
  assert.equal(status, 4, stderr);
  assert.match(stderr, /another import has taken it meanwhile/);
  assert.deepEqual(await place.found(), releases.young.digests);
  tried();
});
