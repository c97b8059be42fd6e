/** Objects of more than 5 GiB, which no single request may bring, and of as many parts as S3 allows. */
import assert from "node:assert/strict";
import { bytesSource, chunkSource, type PutSource } from "../../core/storage/mod.ts";
import { digestOf } from "../../core/util/digest.ts";
import { testHost } from "../support/adapter_host.ts";
import { failsWith } from "../support/fails_with.ts";
import { startMinio } from "../support/minio_server.ts";
import { openMinio, type OpenMinioOptions, PART_SIZE } from "../support/open_minio.ts";
import { S3_PROGRAMS, type S3Server } from "../support/reliability/s3_servers.ts";
import { reliabilityTest, times } from "../support/reliability/trials.ts";

/** So many parts of one length, each with its number at its beginning, and a short one. */
async function source(parts: number, partSize: number): Promise<PutSource> {
  const size = (parts - 1) * partSize + 1_000;
  async function* content(): AsyncGenerator<Uint8Array> {
    const zeros = new Uint8Array(Math.min(partSize, 2 ** 20));
    for (let at = 0; at < size; at += zeros.length) {
      const chunk = new Uint8Array(zeros.subarray(0, size - at));
      new DataView(chunk.buffer).setUint32(0, at / zeros.length);
      yield chunk;
    }
  }
  const { sha256 } = await digestOf(content());
  return { ...chunkSource(size, true, content), sha256: () => sha256 };
}

/** Stages it all, stops, and goes on with it; what is there then is read back. */
async function stopAndGoOn(
  server: S3Server,
  options: OpenMinioOptions,
  parts: number,
  partSize: number,
): Promise<void> {
  const large = await source(parts, partSize);
  {
    await using stopped = await openMinio(server, options);
    await stopped.prepare();
    await stopped.stage("large.tar", large);
    stopped.keepStaged();
  }
  await new Promise((resolve) => setTimeout(resolve, 1_100)); // `Date` counts whole seconds
  const host = testHost();
  await using adapter = await openMinio(server, { ...options, host });
  await adapter.prepare();
  const staged = await adapter.stage("large.tar", large);
  assert.match(host.lines.join("\n"), new RegExp(`Going on .*: ${parts} parts are there`));
  assert.equal((await staged.publish()).size, large.size);
  const stored = await digestOf(await adapter.get("large.tar"));
  assert.deepEqual(stored, { sha256: large.sha256?.(), size: large.size });
  assert.equal(await adapter.clearStaged(["large.tar"], { dryRun: true }), 0, "uploads are left");
  const many = chunkSource(10_000 * partSize + 1, false, () => assert.fail("it was read"));
  await failsWith("unsupported", /more than 10000 parts/, adapter.stage("larger.tar", many));
  await adapter.put("small", bytesSource(new Uint8Array(1)));
}

/** More than 5 GiB, and more parts than one page of their list has; or all that S3 allows. */
const PARTS = times(1_025, 10_000);

reliabilityTest({
  fault: "an object of over 5 GiB in MinIO, stopped when all parts had arrived",
  outcome: "the next run sends no part again; what is there is right",
  needs: ["minio", "mc"],
  file: import.meta.url,
}, async (tried) => {
  // What it stores of this takes next to no space.
  const names = ["ENABLE", "EXTENSIONS", "MIME_TYPES"].map((name) => `MINIO_COMPRESSION_${name}`);
  const env = Object.fromEntries(names.map((name, nth) => [name, nth === 0 ? "on" : ""]));
  await using server = await startMinio({ env });
  await stopAndGoOn(server, {}, PARTS, PART_SIZE);
  tried(PARTS);
});

const rclone = S3_PROGRAMS.find(({ program }) => program === "rclone");

reliabilityTest({
  fault: "an object of 10,000 parts in rclone serve s3, stopped when all parts had arrived",
  outcome: "the next run sends no part again; what is there is right",
  needs: ["rclone"],
  file: import.meta.url,
}, async (tried) => {
  await using server = await rclone?.start() ?? assert.fail();
  const partSize = 16 * 1024; // it alone takes parts of less than 5 MiB
  const options = { input: { anonymousDownload: "keep" }, config: { partSize } };
  await stopAndGoOn(server, options, 10_000, partSize);
  tried(10_000);
});
