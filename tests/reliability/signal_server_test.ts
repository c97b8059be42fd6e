/** Asked to stop, at any moment; and readers of the output that go away. */
import assert from "node:assert/strict";
import { DEFAULT_PATIENCE } from "../../adapters/minio/exchange.ts";
import { fairClock } from "../../core/util/retry.ts";
import { outcome, start } from "../support/e2e/run.ts";
import { digestsBelow, digestsServed, fingerprint, makeRoot } from "../support/e2e/targets.ts";
import { kill } from "../support/kill.ts";
import { startMinio, unfinishedUploads, uploadBegun } from "../support/minio_server.ts";
import { assertWhole } from "../support/reliability/final_names.ts";
import { type ImportCommand, mustImport, spread, timeOf } from "../support/reliability/killed.ts";
import { makeReleases, PARTS } from "../support/reliability/releases.ts";
import { reliabilityTest, times } from "../support/reliability/trials.ts";

const SIGNALS = [["SIGINT", 130], ["SIGTERM", 143], ["SIGHUP", 129]] as const;

/** How an import ended that was sent a signal so long after it began to read. */
async function stopAfter(
  { args, env = {} }: ImportCommand,
  signal: Deno.Signal,
  milliseconds: number,
): Promise<{ status: number; stderr: string }> {
  const child = start(["import", "--json", ...args], { env });
  const reader = child.stdout.getReader();
  await reader.read();
  const stderr = new Response(child.stderr).text();
  const timer = setTimeout(() => kill(child, signal), milliseconds);
  while (!(await reader.read()).done);
  const { code } = await child.status;
  clearTimeout(timer);
  return { status: code, stderr: await stderr };
}

reliabilityTest({
  fault: "SIGINT, SIGTERM and SIGHUP during an import, into a web root and into MinIO",
  outcome:
    "ends in an orderly way with 130, 143 or 129; every name is whole; the next run continues",
  needs: ["tar", "minio"],
  file: import.meta.url,
}, async (tried) => {
  await using releases = await makeReleases();
  await using server = await startMinio();
  await using root = await makeRoot();
  const keys = Object.keys(releases.old.digests);
  const places = [
    { flags: ["--root", root.path], env: {}, found: () => digestsBelow(root.path) },
    {
      flags: ["--endpoint", server.url, "--username", server.user, ...PARTS],
      env: { BINIMPORT_PASSWORD: server.password },
      found: () => digestsServed(`${server.url}/kubean/`, keys),
    },
  ];
  for (const { flags, env, found } of places) {
    const command = ({ archive }: { archive: string }) => ({ args: [archive, ...flags], env });
    await mustImport(command(releases.old));
    const time = await timeOf(command(releases.young));
    for (const [round, moment] of spread(times(6, 60), time).entries()) {
      const [signal, expected] = SIGNALS[round % 3] ?? assert.fail();
      const release = round % 2 === 0 ? releases.old : releases.young;
      const { status, stderr } = await stopAfter(command(release), signal, moment);
      assert([0, expected].includes(status), `${signal}: ${status} ${stderr}`);
      if (status !== 0) assert.match(stderr, new RegExp(`^error: Stopped by ${signal}\n`));
      assertWhole(await found(), [releases.old, releases.young], `after ${signal}`);
      tried();
    }
    await mustImport(command(releases.young)); // it continues with what was staged, and ends it
    assert.deepEqual(await fingerprint(`${root.path}/.binimport/tmp`), []);
    assert.deepEqual(await unfinishedUploads(server), []);
  }
});

reliabilityTest({
  fault: "SIGTERM while MinIO does not answer",
  outcome:
    "ends with 143 long before a request would give up, and leaves the tidying up to the next import",
  needs: ["tar", "minio"],
  file: import.meta.url,
}, async (tried) => {
  await using releases = await makeReleases();
  await using server = await startMinio();
  const args = [releases.old.archive, "--endpoint", server.url, "--username", server.user];
  const env = { BINIMPORT_PASSWORD: server.password };
  const command = { args: [...args, ...PARTS, "--force"], env };
  await mustImport(command);
  const child = start(["import", ...command.args], { env });
  const ended = outcome(child);
  await uploadBegun(server);
  server.pause();
  try {
    const clock = fairClock();
    child.kill("SIGTERM");
    const { status, stderr } = await ended;
    assert.equal(status, 143, stderr);
    assert(clock() < DEFAULT_PATIENCE.idle, "it waited for the server");
    tried();
  } finally {
    server.resume();
  }
  await mustImport(command);
  assert.deepEqual(await unfinishedUploads(server), []);
});

reliabilityTest({
  fault: "a second signal",
  outcome: "stops at once",
  needs: ["tar", "minio"],
  file: import.meta.url,
}, async (tried) => {
  await using releases = await makeReleases();
  await using server = await startMinio();
  const args = [releases.old.archive, "--endpoint", server.url, "--username", server.user];
  const env = { BINIMPORT_PASSWORD: server.password };
  for (const [signal, expected] of SIGNALS) {
    const child = start(["import", ...args, ...PARTS, "--force"], { env });
    const ended = outcome(child);
    await uploadBegun(server);
    server.pause();
    try {
      child.kill(signal);
      await pause(100);
      child.kill(signal);
      const { status, stderr } = await ended;
      assert.equal(status, expected, stderr);
      assert.doesNotMatch(stderr, /tidied up/);
      tried();
    } finally {
      server.resume();
    }
    await mustImport({ args: [...args, ...PARTS], env });
  }
});

reliabilityTest({
  fault: "SIGHUP of a lost ssh session, under nohup",
  outcome: "goes on to its end",
  needs: ["tar", "nohup"],
  file: import.meta.url,
}, async (tried) => {
  await using releases = await makeReleases();
  await using root = await makeRoot();
  const args = ["import", "--json", releases.old.archive, "--root", root.path];
  const child = start(args, { under: ["nohup"] });
  const reader = child.stdout.getReader();
  await reader.read(); // nohup has done its part
  const stderr = new Response(child.stderr).text();
  for (let round = 0; round < 5; round++) {
    kill(child, "SIGHUP");
    await pause(10);
  }
  while (!(await reader.read()).done);
  assert.equal((await child.status).code, 0, await stderr);
  assert.deepEqual(await digestsBelow(root.path), releases.old.digests);
  tried();
});

/** What a shell does with the output of `"$@"`, and the exit status that is right. */
const OUTPUTS: readonly { name: string; script: string; status: number; says?: RegExp }[] = [
  { name: "closed", script: `exec "$0" "$@" >&-`, status: 0 },
  { name: "closed, standard error too", script: `exec "$0" "$@" >&- 2>&-`, status: 0 },
  {
    name: "read by one who stops after a line",
    script: `"$0" "$@" | head -1 > /dev/null; exit \${PIPESTATUS[0]}`,
    status: 0,
  },
  {
    name: "on a disk that is full",
    script: `exec "$0" "$@" > /dev/full`,
    status: 4,
    says: /^error: Cannot write to standard output: No space left/m,
  },
  {
    name: "on a disk that is full, standard error",
    script: `exec "$0" "$@" 2> /dev/full`,
    status: 0,
  },
  {
    name: "a pipe that blocks nobody and is read slowly",
    script: `python3 -c '
import os, subprocess, sys, time
r, w = os.pipe()
os.set_blocking(w, False)
child = subprocess.Popen(sys.argv[1:], stdout=w)
os.close(w)
size = 0
while True:
    time.sleep(0.002)
    part = os.read(r, 4096)
    if not part: break
    size += len(part)
sys.exit(child.wait() or (0 if size > 100000 else 9))
' "$0" "$@"`,
    status: 0,
  },
];

for (const { name, script, status: expected, says } of OUTPUTS) {
  reliabilityTest({
    fault: `standard output is ${name}`,
    outcome: expected === 0 ? "the work goes on, status 0" : "the work goes on, status 4",
    needs: ["tar", "bash", "python3"],
    file: import.meta.url,
  }, async (tried) => {
    await using releases = await makeReleases();
    await using root = await makeRoot();
    const many = `${releases.folder}/many`;
    await Deno.mkdir(many);
    for (let i = 0; i < 600; i++) await Deno.writeTextFile(`${many}/${"n".repeat(150)}${i}`, "");
    const args = ["import", "--json", releases.old.archive, many, "--root", root.path];
    const child = start(args, { under: ["bash", "-c", script] });
    const { status, stderr } = await outcome(child);
    assert.equal(status, expected, stderr);
    if (says !== undefined) assert.match(stderr, says);
    const found = await digestsBelow(root.path);
    for (const [key, digest] of Object.entries(releases.old.digests)) {
      assert.equal(found[key], digest, key);
    }
    tried();
  });
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
