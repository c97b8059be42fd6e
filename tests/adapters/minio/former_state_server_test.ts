/** An import over what an earlier build has left in a real MinIO, as that was recorded. */
import { Client } from "minio";
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { newRecord } from "../../../adapters/minio/lock/record.ts";
import { loadManifest } from "../../../core/storage/manifest.ts";
import { failsWith } from "../../support/fails_with.ts";
import { FORMER_FILES, FORMER_UNCHANGED, importAgain, state } from "../../support/former_state.ts";
import { startMinio } from "../../support/minio_server.ts";
import { openMinio } from "../../support/open_minio.ts";
import { testWithTools } from "../../support/require.ts";

const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

testWithTools("minio: an import over an earlier build's bucket", ["minio", "mc"], async (t) => {
  await using server = await startMinio();
  const { hostname: endPoint, port } = new URL(server.url);
  const client = new Client({
    endPoint,
    port: Number(port),
    useSSL: false,
    accessKey: server.user,
    secretKey: server.password,
  });
  await client.makeBucket("kubean");
  const stored: Readonly<Record<string, Record<string, string>>> = JSON.parse(
    decode(state("bucket/objects.json")),
  );
  for (const [key, headers] of Object.entries(stored)) {
    const bytes = FORMER_FILES[key] ?? state("bucket/manifest.json");
    await client.putObject("kubean", key, Buffer.from(bytes), undefined, headers);
  }
  const written = async () => {
    const found: Record<string, string> = {};
    for await (const { name, lastModified } of client.listObjectsV2("kubean", "", true)) {
      if (FORMER_FILES[name] !== undefined) found[name] = lastModified.toISOString();
    }
    return found;
  };
  const before = await written();
  assert.deepEqual(Object.keys(before).sort(), Object.keys(FORMER_FILES).sort());

  await t.step("a lock of its that is held is respected", async () => {
    const { process } = newRecord(false); // of one that lives
    const lock = JSON.stringify({ ...JSON.parse(decode(state("bucket/lock"))), process });
    await client.putObject("kubean", ".binimport/lock", `${lock}\n`);
    await using adapter = await openMinio(server);
    const holder = /another import holds it \(process 13765 on vm since 2026-11-30T16:49:39/;
    await failsWith("locked", holder, adapter.prepare());
  });

  await t.step("one whose process is gone is not waited for", async () => {
    const process = { ...newRecord(false).process, pid: 2 ** 22 + 1 }; // more than Linux gives out
    const lock = JSON.stringify({ ...JSON.parse(decode(state("bucket/lock"))), process });
    await client.putObject("kubean", ".binimport/lock", `${lock}\n`);
    await using adapter = await openMinio(server);
    await adapter.prepare();
  });

  await t.step("its objects are taken as they are, and its record is kept", async () => {
    await using adapter = await openMinio(server);
    assert.deepEqual(await importAgain(adapter), FORMER_UNCHANGED);
    assert.deepEqual(await written(), before);
    const { files, packages } = await loadManifest(adapter);
    assert.deepEqual([...files.keys()].sort(), Object.keys(FORMER_FILES).sort());
    assert.equal(packages.length, 1);
    assert.deepEqual([...files].some(([, { found }]) => found), false); // they are still ours
  });
});
