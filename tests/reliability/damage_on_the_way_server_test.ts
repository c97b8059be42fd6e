/** Bits that flip between this host and an S3 server, whatever the server makes of checksums. */
import assert from "node:assert/strict";
import type { IncomingMessage } from "node:http";
import { binimport } from "../support/e2e/run.ts";
import { type ChooseFault, startFaultyProxy } from "../support/faulty_proxy.ts";
import { startMinio } from "../support/minio_server.ts";
import { mustImport } from "../support/reliability/killed.ts";
import { makeReleases, type OneRelease, PARTS } from "../support/reliability/releases.ts";
import { S3_PROGRAMS, type S3Server } from "../support/reliability/s3_servers.ts";
import { reliabilityTest, times, type Tried } from "../support/reliability/trials.ts";
import { withoutChecksums } from "../support/reliability/without_checksums.ts";

/** Chooses every so-many-th body that holds contents. */
function everyBody(nth: number): (request: IncomingMessage) => boolean {
  let bodies = 0;
  return ({ method, url = "" }) =>
    method === "PUT" && /\/kubean\/[^.?]/.test(url) && ++bodies % nth === 0;
}

function command({ user, password }: S3Server, url: string, { archive }: OneRelease) {
  const args = ["--endpoint", url, "--username", user, "--anonymous-download", "keep"];
  const env = { BINIMPORT_PASSWORD: password };
  return { args: [archive, ...args, ...PARTS], env };
}

/** What a proxy does to some bodies on their way to a server. */
type Damage = (server: S3Server, chosen: (request: IncomingMessage) => boolean) => ChooseFault;

const flips: Damage = (_, chosen) => (request) => chosen(request) ? { kind: "flip" } : undefined;

const flipsWithoutChecksums: Damage = ({ password }, chosen) => (request) => ({
  kind: "rewrite",
  headers: (request) => withoutChecksums(request, password),
  flip: chosen(request),
});

/** Each import is proved by nothing: it is the server's answers that must tell. */
async function isNoticed(server: S3Server, damage: Damage, tried: Tried): Promise<void> {
  await using releases = await makeReleases();
  for (let round = 0; round < times(2, 10); round++) {
    const release = round % 2 === 0 ? releases.old : releases.young;
    let flipped = 0;
    const chosen = everyBody(2 + round % 5);
    const choose = damage(server, (request) => {
      const flip = chosen(request);
      if (flip) flipped++;
      return flip;
    });
    await using proxy = await startFaultyProxy(server.url, choose);
    const { args, env } = command(server, proxy.url, release);
    const { status, stderr } = await binimport(["import", ...args, "--verify", "off"], { env });
    assert(flipped > 0);
    const right = command(server, server.url, release);
    if (status !== 0) {
      assert.equal(status, 4, stderr);
      assert.match(
        stderr,
        /the server says (BadDigest|XAmzContent(SHA256|Checksum)Mismatch) \(400\)/,
      );
      await mustImport({ args: [...right.args, "--verify", "off"], env });
    }
    const verified = await binimport(["verify", ...right.args, "--verify", "target"], { env });
    assert.equal(verified.status, 0, verified.stdout + verified.stderr);
    tried(flipped);
  }
}

const outcome = "is noticed: sent again, or status 4 and the next run ends well";

/** rclone compares nothing of the parts of a large object: there only the proof afterwards tells. */
const comparing = S3_PROGRAMS.filter(({ program }) => program !== "rclone");

for (const { name, program, start } of comparing) {
  reliabilityTest({
    fault: `a bit flips on the way to ${name}`,
    outcome,
    needs: ["tar", program],
    file: import.meta.url,
  }, async (tried) => {
    await using server = await start();
    await isNoticed(server, flips, tried);
  });
}

reliabilityTest({
  fault: "a bit flips on the way to MinIO, behind a proxy that takes unknown checksums away",
  outcome,
  needs: ["tar", "minio"],
  file: import.meta.url,
}, async (tried) => {
  await using server = await startMinio();
  await isNoticed(server, flipsWithoutChecksums, tried);
});
