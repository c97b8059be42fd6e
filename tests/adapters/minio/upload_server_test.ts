import { Client } from "minio";
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { DEFAULT_PATIENCE } from "../../../adapters/minio/exchange.ts";
import { bytesSource, chunkSource } from "../../../core/storage/put_source.ts";
import { sha256 } from "../../../core/util/digest.ts";
import { testHost } from "../../support/adapter_host.ts";
import { collect, noise } from "../../support/chunks.ts";
import { startCuttingProxy } from "../../support/cutting_proxy.ts";
import { failsWith } from "../../support/fails_with.ts";
import { type MinioServer, startMinio } from "../../support/minio_server.ts";
import { openMinio, PART_SIZE } from "../../support/open_minio.ts";
import { freePort } from "../../support/ports.ts";
import { testWithTools } from "../../support/require.ts";

/** Three parts, the last one short. */
const LARGE = noise(2 * PART_SIZE + 1000);
const DIGEST = sha256().update(LARGE).digest("hex");

/** A client of the server that is none of ours. */
function plainClient(server: MinioServer): Client {
  const { hostname, port } = new URL(server.url);
  return new Client({
    endPoint: hostname,
    port: Number(port),
    useSSL: false,
    accessKey: server.user,
    secretKey: server.password,
    region: "us-east-1",
  });
}

/** How many unfinished uploads the server holds under exactly this name. */
async function unfinished(server: MinioServer, name: string): Promise<number> {
  const listing = plainClient(server).listIncompleteUploadsQuery("kubean", name, "", "", "");
  return (await listing).uploads.length;
}

/** Made once: each call leaves as many bytes of garbage. */
const CHUNK = noise(1 << 20);

/** A source of `size` bytes that calls `onPart` whenever a part has been read. */
function watched(size: number, onPart: (nth: number) => void | Promise<void>) {
  return chunkSource(size, false, async function* () {
    for (let at = 0; at < size; at += CHUNK.length) {
      if (at > 0 && at % PART_SIZE === 0) await onPart(at / PART_SIZE);
      yield CHUNK.subarray(0, size - at);
    }
  });
}

testWithTools("minio uploads", ["minio", "mc"], async (t) => {
  await using server = await startMinio();
  await using adapter = await openMinio(server);
  await adapter.prepare();

  await t.step("an object carries its digest and type, put or staged", async () => {
    const small = noise(1000);
    const digest = sha256().update(small).digest("hex");
    const put = await adapter.put("meta/small", bytesSource(small));
    assert.deepEqual(put, { key: "meta/small", size: 1000, etag: put.etag, sha256: digest });
    const staged = await adapter.stage("meta/large", bytesSource(LARGE), { sha256: DIGEST });
    const large = await staged.publish();
    assert.deepEqual(large, { key: "meta/large", size: LARGE.length, etag: large.etag });
    const tags = await plainClient(server).getObjectTagging("kubean", "meta/large");
    assert.deepEqual(tags, [{ Key: "sha256", Value: DIGEST }]);
    for (const info of [put, large]) {
      assert.deepEqual(await adapter.stat(info.key), info);
      const answer = await fetch(adapter.publicUrl(info.key) ?? assert.fail(), { method: "HEAD" });
      assert.equal(answer.headers.get("content-type"), "application/octet-stream");
      assert.equal(answer.headers.get("content-encoding"), null);
    }
  });

  await t.step("an object of one part carries a digest that nobody knew before", async () => {
    const bytes = noise(PART_SIZE);
    const staged = await adapter.stage("unknown", bytesSource(bytes));
    const info = await staged.publish();
    const digest = sha256().update(bytes).digest("hex");
    const expected = { key: "unknown", size: bytes.length, etag: info.etag, sha256: digest };
    assert.deepEqual(info, expected);
    assert.deepEqual(await adapter.stat("unknown"), info);
    assert.deepEqual(await collect(await adapter.get("unknown")), bytes);
  });

  await t.step("a longer one is tagged with a digest that comes with publish", async () => {
    const size = 2 * PART_SIZE + 1;
    const staged = await adapter.stage("late", watched(size, () => {}));
    const info = await staged.publish({ sha256: DIGEST });
    assert.deepEqual(info, { key: "late", size, etag: info.etag });
    assert.deepEqual(await adapter.stat("late"), info, "a tag leaves the ETag alone");
    const tags = await plainClient(server).getObjectTagging("kubean", "late");
    assert.deepEqual(tags, [{ Key: "sha256", Value: DIGEST }]);
  });

  await t.step("discardStale ends what others left, and not our own", async () => {
    const left = await plainClient(server).initiateNewMultipartUpload("kubean", "left", {});
    await using later = await openMinio(server);
    const own = await later.stage("own", bytesSource(LARGE));
    await later.discardStale?.(["left", "own"]);
    assert.equal(await unfinished(server, "left"), 0, left);
    assert.equal(await unfinished(server, "own"), 1);
    await own.publish();
  });

  await t.step("what is kept is gone on with, and clearStaged ends it", async () => {
    const elsewhere = { input: { prefix: "stopped" } }; // the lock of the bucket itself is held
    for (const end of ["publish", "clear"] as const) {
      {
        await using stopped = await openMinio(server, elsewhere);
        await stopped.stage("kept", bytesSource(LARGE));
        stopped.keepStaged?.();
      }
      assert.equal(await unfinished(server, "stopped/kept"), 1);
      await new Promise((resolve) => setTimeout(resolve, 1100)); // `Date` counts whole seconds.
      await using next = await openMinio(server, elsewhere);
      if (end === "publish") await (await next.stage("kept", bytesSource(LARGE))).publish();
      else {
        assert.equal(await next.clearStaged?.(["kept", "other"], { dryRun: true }), 1);
        assert.equal(await unfinished(server, "stopped/kept"), 1);
        assert.equal(await next.clearStaged?.(["kept", "other"]), 1);
      }
      assert.equal(await unfinished(server, "stopped/kept"), 0);
    }
  });

  await t.step("many objects staged at once share the memory", async () => {
    const stagings = Array.from(
      { length: 8 },
      (_, i) => adapter.stage(`many/${i}`, bytesSource(LARGE)),
    );
    for (const staging of stagings) await (await staging).publish();
    for (let i = 0; i < 8; i++) {
      assert.deepEqual(await collect(await adapter.get(`many/${i}`)), LARGE);
    }
  });

  await t.step(
    "names that look like numbers or hold odd characters are listed as they are",
    async () => {
      const names = [
        "1.10",
        "007",
        "1e3",
        "0x10",
        "true",
        "a b+c%20",
        "line\nbreak",
        " lead",
        "é~'()*!",
      ];
      for (const name of names) await adapter.put(name, bytesSource(new Uint8Array(1)));
      const listed = new Set<string>();
      for await (const { key, etag } of adapter.list("")) {
        listed.add(key);
        if (names.includes(key)) assert.equal(etag, (await adapter.stat(key))?.etag);
      }
      for (const name of names) assert(listed.has(name), name);
    },
  );

  await t.step("a folder marker is no object", async () => {
    await plainClient(server).putObject("kubean", "marked/folder/", Buffer.alloc(0));
    await using prefixed = await openMinio(server, { input: { prefix: "marked" } });
    await prefixed.put("a", bytesSource(new Uint8Array(1)));
    const keys: string[] = [];
    for await (const { key } of prefixed.list("")) keys.push(key);
    assert.deepEqual(keys, ["a"]);
  });

  await t.step("a name that the server cannot store is refused as a key", async () => {
    const name = "c".repeat(300); // Its folder's file system takes 255.
    await failsWith("invalid-key", /Cannot upload "c+" to/, adapter.put(name, bytesSource(LARGE)));
  });

  await t.step("more parts than S3 allows are refused before the first byte", async () => {
    const huge = chunkSource(PART_SIZE * 10_000 + 1, false, () => assert.fail("it was read"));
    const error = await failsWith("unsupported", /10000 parts/, adapter.stage("huge", huge));
    assert.equal(error.hint, "Give --part-size 6MiB.");
  });

  await t.step("an abort in the middle of an upload leaves nothing", async () => {
    for (const way of ["put", "stage"] as const) {
      const controller = new AbortController();
      const reason = new Error("enough");
      const source = watched(8 * PART_SIZE, (nth) => {
        if (nth === 3) controller.abort(reason);
      });
      await assert.rejects(adapter[way]("aborted", source, { signal: controller.signal }), reason);
      assert.equal(await adapter.stat("aborted"), undefined);
      assert.equal(await unfinished(server, "aborted"), 0);
    }
  });

  await t.step("what a killed run left is gone on with, but only under the same key", async () => {
    for (const key of ["left", "left", "left/over"]) {
      const killed = await openMinio(server); // Never disposed of, as by SIGKILL.
      await killed.stage(key, bytesSource(LARGE));
    }
    await new Promise((resolve) => setTimeout(resolve, 1100)); // `Date` counts whole seconds.
    const host = testHost();
    await using next = await openMinio(server, { host });
    const first = await next.stage("left", bytesSource(LARGE));
    assert.match(host.lines.join(), /Going on with an upload of "left": 3 parts are there/);
    assert.equal(await unfinished(server, "left"), 1, "the older one is ended");
    const second = await next.stage("left", bytesSource(LARGE));
    assert.equal(await unfinished(server, "left"), 2, "its own were ended too");
    assert.equal(await unfinished(server, "left/over"), 1);
    await first.publish();
    await second.publish();
    assert.equal(await unfinished(server, "left"), 0);
    assert.deepEqual(await collect(await adapter.get("left")), LARGE);
  });

  await t.step("of an upload that is gone on with, only parts are sent that differ", async () => {
    const killed = await openMinio(server);
    await killed.stage("resumed", bytesSource(LARGE));
    await new Promise((resolve) => setTimeout(resolve, 1100));
    const changed = new Uint8Array(LARGE);
    changed[PART_SIZE] = (changed[PART_SIZE] ?? 0) ^ 1; // the first byte of the second part
    const port = Number(new URL(server.url).port);
    for (const [number, times] of [[1, 0], [3, 0], [2, 1]] as const) {
      const request = new RegExp(`^PUT .*partNumber=${number}&`);
      await using proxy = startCuttingProxy(port, { request, lose: "answer", times: 1 });
      const input = { endpoint: `http://127.0.0.1:${proxy.port}` };
      const next = await openMinio(server, { input }); // killed again, but the last one
      const staged = await next.stage("resumed", bytesSource(changed));
      assert.equal(proxy.cuts(), times, `part ${number}`);
      if (number === 2) await staged.publish();
      else await killed.stage("resumed", bytesSource(LARGE));
      await new Promise((resolve) => setTimeout(resolve, 1100));
    }
    assert.deepEqual(await collect(await adapter.get("resumed")), changed);
    assert.equal(await unfinished(server, "resumed"), 0);
  });

  await t.step("what is staged is ended when the adapter is disposed of", async () => {
    const other = await openMinio(server);
    await other.stage("undecided", bytesSource(LARGE));
    assert.equal(await unfinished(server, "undecided"), 1);
    await other[Symbol.asyncDispose]();
    assert.equal(await unfinished(server, "undecided"), 0);
  });

  await t.step("many uploads side by side hold no more than seven parts", async () => {
    const size = 3.9 * PART_SIZE;
    const before = Deno.memoryUsage().external;
    let most = 0;
    const measure = () => {
      most = Math.max(most, Deno.memoryUsage().external - before);
    };
    await Promise.all(Array.from({ length: 12 }, async (_, nth) => {
      await (await adapter.stage(`side/${nth}`, watched(size, measure))).publish();
    }));
    const sources = 12 * 2 ** 20; // Each of them may hold 1 MiB of its own.
    assert(most < 7 * PART_SIZE + sources + 2 ** 20, `${most} bytes`);
  });
});

testWithTools("minio survives a bad line", ["minio", "mc"], async (t) => {
  await using server = await startMinio();
  await using prepared = await openMinio(server);
  await prepared.prepare();
  const port = Number(new URL(server.url).port);

  const cases = [
    ["a part whose connection is cut is sent again", /^PUT .*partNumber=2&/, "request"],
    ["a part whose answer is lost is sent again", /^PUT .*partNumber=2&/, "answer"],
    ["an upload that could not be begun is begun again", /^POST .*\?uploads/, "answer"],
    ["an object whose completion's answer is lost is there", /^POST .*\?uploadId=/, "answer"],
    ["a completion that never arrived is asked for again", /^POST .*\?uploadId=/, "request"],
  ] as const;
  for (const [name, request, lose] of cases) {
    await t.step(name, async () => {
      await using proxy = startCuttingProxy(port, { request, lose, times: 1 });
      const input = { endpoint: `http://127.0.0.1:${proxy.port}` };
      await using adapter = await openMinio(server, { input });
      const staged = await adapter.stage("cut", bytesSource(LARGE), { sha256: DIGEST });
      const info = await staged.publish();
      assert.equal(proxy.cuts(), 1);
      assert.deepEqual(await prepared.stat("cut"), info);
      assert.deepEqual(await collect(await prepared.get("cut")), LARGE);
      await prepared.remove("cut");
    });
  }

  await t.step("an object whose answer is lost is put again", async () => {
    const cut = { request: /^PUT /, lose: "answer", times: 1 } as const;
    await using proxy = startCuttingProxy(port, cut);
    const input = { endpoint: `http://127.0.0.1:${proxy.port}` };
    await using adapter = await openMinio(server, { input });
    await adapter.put("small", bytesSource(LARGE.subarray(0, 1000)));
    assert.equal(proxy.cuts(), 1);
  });

  await t.step("a server killed in the middle fails the upload, and may come back", async () => {
    const port = freePort();
    const folder = await Deno.makeTempDir();
    // Its end is told at once; that it is slow must not end the upload before.
    const config = { patience: { ...DEFAULT_PATIENCE, retries: 1 } };
    const mortal = await startMinio({ port, folder });
    const host = testHost();
    await using adapter = await openMinio(mortal, { config, host });
    await adapter.prepare();
    const source = watched(20 * PART_SIZE, async (nth) => {
      if (nth === 9) await mortal.kill(); // more than wait in memory: the upload has begun
    });
    const failed = adapter.stage("mortal", source);
    const error = await failsWith(
      "unavailable",
      /Cannot upload "mortal" to/,
      failed,
    );
    assert.equal(error.retryable, true);
    assert.deepEqual(host.warnings, ["leftover-upload"]);

    await using again = await startMinio({ port, folder });
    assert.equal(await adapter.stat("mortal"), undefined);
    assert.equal(await unfinished(again, "mortal"), 1);
    await using next = await openMinio(again);
    await next.put("mortal", bytesSource(LARGE));
    assert.deepEqual(await collect(await adapter.get("mortal")), LARGE);
    assert.equal(await unfinished(again, "mortal"), 0);
  });
});
