/** What networks and servers do while a bucket is written to. */
import assert from "node:assert/strict";
import { binimport, type Ended, outcome, start } from "../support/e2e/run.ts";
import { stalledImport } from "../support/e2e/stalled_import.ts";
import { digestsServed } from "../support/e2e/targets.ts";
import { type ChooseFault, type Fault, startFaultyProxy } from "../support/faulty_proxy.ts";
import {
  type MinioServer,
  startMinio,
  unfinishedUploads,
  uploadBegun,
} from "../support/minio_server.ts";
import { freePort } from "../support/ports.ts";
import { assertWhole } from "../support/reliability/final_names.ts";
import { mustImport } from "../support/reliability/killed.ts";
import { makeReleases, type OneRelease, PARTS } from "../support/reliability/releases.ts";
import { reliabilityTest, times } from "../support/reliability/trials.ts";

const NEEDED = ["tar", "minio"];

function into(
  server: MinioServer,
  url: string,
  { archive }: OneRelease,
  ...flags: readonly string[]
): Promise<Ended> {
  const args = ["import", archive, "--endpoint", url, "--username", server.user, ...PARTS];
  return binimport([...args, ...flags], { env: { BINIMPORT_PASSWORD: server.password } });
}

function served(server: MinioServer, { digests }: OneRelease): Promise<Record<string, string>> {
  return digestsServed(`${server.url}/kubean/`, Object.keys(digests));
}

/** A fault that comes now and then, and passes. */
const PASSING: Readonly<Record<string, Fault>> = {
  "status 500": { kind: "answer", status: 500 },
  "status 502 of a proxy": { kind: "answer", status: 502, body: "<html>Bad Gateway</html>" },
  "status 503, SlowDown": {
    kind: "answer",
    status: 503,
    headers: { "retry-after": "0" },
    body: "<Error><Code>SlowDown</Code><Message>slow down</Message></Error>",
  },
  "status 504": { kind: "answer", status: 504 },
  "a connection cut at its first byte": { kind: "cut", after: 1 },
  "a connection cut in the middle of the body": { kind: "cut", after: 50_000 },
};

for (const [name, fault] of Object.entries(PASSING)) {
  reliabilityTest({
    fault: `every 7th request to S3: ${name}`,
    outcome: "is made again with growing pauses; all arrives",
    needs: NEEDED,
    file: import.meta.url,
  }, async (tried) => {
    await using releases = await makeReleases();
    await using server = await startMinio();
    await using proxy = await startFaultyProxy(
      server.url,
      (_, nth) => nth % 7 === 3 ? fault : undefined,
    );
    for (let round = 0; round < times(1, 5); round++) {
      const release = round % 2 === 0 ? releases.old : releases.young;
      const { status, stderr } = await into(server, proxy.url, release);
      assert.equal(status, 0, stderr);
      assert.deepEqual(await served(server, release), release.digests);
    }
    assert(proxy.faults() > 0);
    tried(proxy.faults());
  });
}

/** A fault that stays, from the first write of contents on; and what is said of it. */
const LASTING: Readonly<Record<string, { fault: Fault; says: RegExp }>> = {
  "status 500": { fault: { kind: "answer", status: 500 }, says: /the server answers 500/ },
  "status 507, storage full": {
    fault: { kind: "answer", status: 507 },
    says: /its storage is full/,
  },
  "XMinioStorageFull": {
    fault: {
      kind: "answer",
      status: 507,
      body: "<Error><Code>XMinioStorageFull</Code><Message>full</Message></Error>",
    },
    says: /XMinioStorageFull \(507\): full\n {2}Free some space/,
  },
  "status 413 of a proxy": {
    fault: { kind: "answer", status: 413, body: "<html>413</html>" },
    says: /413, too large\n {2}A proxy .*client_max_body_size/,
  },
  "status 403, a key that was changed meanwhile": {
    fault: {
      kind: "answer",
      status: 403,
      body: "<Error><Code>InvalidAccessKeyId</Code><Message>no such key</Message></Error>",
    },
    says: /InvalidAccessKeyId \(403\): no such key\n {2}Check the user name/,
  },
  "clocks that differ": {
    fault: {
      kind: "answer",
      status: 403,
      body: "<Error><Code>RequestTimeTooSkewed</Code><Message>skewed</Message></Error>",
    },
    says: /RequestTimeTooSkewed \(403\): skewed\n {2}The clocks of this host and of the server/,
  },
  "a redirect to another host": {
    fault: { kind: "answer", status: 307, headers: { location: "http://127.0.0.1:1/x" } },
    says: /does not come from an S3 server|307|redirect/i,
  },
  "a connection that is always cut": {
    fault: { kind: "cut", after: 10_000 },
    says: /the connection was cut/,
  },
};

/** The state folder is spared: so the fault comes when contents are written, in the middle. */
const onContents = (fault: Fault): ChooseFault => ({ method, url = "" }) =>
  (method === "PUT" || method === "POST") && /\/kubean\/(?!\.binimport)/.test(url)
    ? fault
    : undefined;

for (const [name, { fault, says }] of Object.entries(LASTING)) {
  reliabilityTest({
    fault: `in the middle of an import into S3, for good: ${name}`,
    outcome: "status 4 with the last cause; every name is as it was; the next run ends well",
    needs: NEEDED,
    file: import.meta.url,
  }, async (tried) => {
    await using releases = await makeReleases();
    await using server = await startMinio();
    assert.equal((await into(server, server.url, releases.old)).status, 0);
    await using proxy = await startFaultyProxy(server.url, onContents(fault));
    const failed = await into(server, proxy.url, releases.young, "--retries", "1");
    assert.equal(failed.status, 4, failed.stderr);
    assert.match(failed.stderr, says);
    assert.doesNotMatch(failed.stderr, /^\s+at /m);
    assert.deepEqual(await served(server, releases.old), releases.old.digests);
    const mended = await into(server, server.url, releases.young);
    assert.equal(mended.status, 0, mended.stderr);
    assert.deepEqual(await served(server, releases.young), releases.young.digests);
    assert.deepEqual(await unfinishedUploads(server), []);
    tried();
  });
}

reliabilityTest({
  fault: "the key is disabled in MinIO in the middle of an import",
  outcome: "status 4 with the last cause; every name is as it was; the next run ends well",
  needs: [...NEEDED, "mc"],
  file: import.meta.url,
}, async (tried) => {
  await using releases = await makeReleases();
  await using server = await startMinio();
  const [user, password] = ["importer", "importer-password"];
  await server.mc("admin", "user", "add", "test", user, password);
  await server.mc("admin", "policy", "attach", "test", "readwrite", "--user", user);
  const flags = ["--endpoint", server.url, "--username", user, ...PARTS];
  const env = { BINIMPORT_PASSWORD: password };
  await mustImport({ args: [releases.old.archive, ...flags], env });
  const begun = async () => (await unfinishedUploads(server)).length > 0;
  const stalled = await stalledImport(releases.young.archive, flags, begun, env);
  await server.mc("admin", "user", "disable", "test", user);
  const { status, stderr } = await stalled.finish();
  assert.equal(status, 4, stderr);
  assert.match(
    stderr,
    /InvalidAccessKeyId \(403\): Your account is disabled.*\n {2}The account .* out of service/,
  );
  assert.deepEqual(await served(server, releases.old), releases.old.digests);
  await server.mc("admin", "user", "enable", "test", user);
  await mustImport({ args: [releases.young.archive, ...flags], env });
  assert.deepEqual(await served(server, releases.young), releases.young.digests);
  assert.deepEqual(await unfinishedUploads(server), []);
  tried();
});

reliabilityTest({
  fault: "MinIO is killed in the middle and started again 2 s later",
  outcome: "the import waits for it and ends well",
  needs: NEEDED,
  file: import.meta.url,
}, async (tried) => {
  await using releases = await makeReleases();
  const port = freePort();
  const folder = await Deno.makeTempDir({ prefix: "binimport-minio-" });
  for (let round = 0; round < times(2, 10); round++) {
    const first = await startMinio({ port, folder });
    const release = round % 2 === 0 ? releases.old : releases.young;
    const importing = into(first, first.url, release, "--force");
    await uploadBegun(first);
    await new Promise((resolve) => setTimeout(resolve, round * 20));
    await first.kill();
    await new Promise((resolve) => setTimeout(resolve, 2000));
    const second = await startMinio({ port, folder });
    try {
      const { status, stderr } = await importing;
      // What was begun but not on its disk yet may be gone with it: then that is said.
      assert([0, 4].includes(status), stderr);
      if (status === 4) {
        assert.match(stderr, /^error: Cannot /m);
        await mustImport(commandFor(second, release));
      }
      assert.deepEqual(await served(second, release), release.digests);
      tried();
    } finally {
      await second.kill();
    }
  }
  await Deno.remove(folder, { recursive: true });
});

function commandFor(server: MinioServer, { archive }: OneRelease) {
  const args = [archive, "--endpoint", server.url, "--username", server.user, ...PARTS];
  return { args, env: { BINIMPORT_PASSWORD: server.password } };
}

reliabilityTest({
  fault: "MinIO goes silent with its connections open",
  outcome: "is given up within a minute, status 4; every name is whole",
  needs: NEEDED,
  file: import.meta.url,
}, async (tried) => {
  await using releases = await makeReleases();
  await using server = await startMinio();
  await mustImport(commandFor(server, releases.old));
  const { args, env } = commandFor(server, releases.young);
  const child = start(["import", ...args, "--retries", "1", "--verbose"], { env });
  const ended = outcome(child);
  await uploadBegun(server);
  server.pause();
  const { status, stderr } = await ended.finally(() => server.resume());
  assert.equal(status, 4, stderr);
  assert.match(stderr, /it has been silent for|no connection within/);
  // The lock is given back in a hurry, since that cannot succeed either.
  assert.doesNotMatch(stderr, /^error: [^]*^debug: .* silent for 18 s/m);
  assertWhole(await served(server, releases.old), [releases.old, releases.young], "silent");
  await mustImport(commandFor(server, releases.young));
  assert.deepEqual(await served(server, releases.young), releases.young.digests);
  tried();
});
