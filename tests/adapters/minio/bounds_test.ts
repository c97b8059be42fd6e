/** A server of S3 whose answers have no end. */
import assert from "node:assert/strict";
import { findBuiltin } from "../../../adapters/mod.ts";
import { plainHost, type StorageAdapter } from "../../../core/storage/mod.ts";

const AGAIN = "<ListBucketResult><IsTruncated>true</IsTruncated>" +
  "<Contents><Key>a</Key><Size>1</Size></Contents>" +
  "<NextContinuationToken>same</NextContinuationToken></ListBucketResult>";

function endless(): ReadableStream<Uint8Array> {
  const chunk = new Uint8Array(64 * 1024).fill(0x78);
  return new ReadableStream({ pull: (controller) => controller.enqueue(chunk) });
}

async function against(
  answer: () => Response,
  work: (adapter: StorageAdapter) => Promise<unknown>,
): Promise<void> {
  await using server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, answer);
  const factory = findBuiltin("minio") ?? assert.fail();
  const host = plainHost();
  const endpoint = `http://127.0.0.1:${server.addr.port}`;
  const input = { endpoint, bucket: "bbb", username: "u", password: "secretsecret" };
  await using adapter = await factory.open(factory.parse(input, host), host);
  await work(adapter);
}

for (const status of [200, 403]) {
  Deno.test(`an answer without end, with status ${status}, is left`, () =>
    against(() => new Response(endless(), { status }), async (adapter) => {
      await assert.rejects(async () => await adapter.prepare?.(), /longer than any answer of S3/);
    }));
}

Deno.test("a listing whose pages lead back to each other ends", () =>
  against(() => new Response(AGAIN), async (adapter) => {
    await assert.rejects(async () => {
      for await (const { key } of adapter.list?.("") ?? []) assert.equal(key, "a");
    }, /has no end/);
  }));

Deno.test("a listing of pages that hold nothing ends", () => {
  let page = 0;
  const empty = () =>
    new Response(AGAIN.replace(/<Contents>.*<\/Contents>/, "").replace("same", `${page++}`));
  return against(empty, async (adapter) => {
    await assert.rejects(() => Array.fromAsync(adapter.list?.("") ?? []), /has no end/);
  });
});

Deno.test("a manifest without end counts as none", async () => {
  const { loadManifest } = await import("../../../core/storage/mod.ts");
  await against(() => new Response(endless()), async (adapter) => {
    assert.equal((await loadManifest(adapter)).files.size, 0);
  });
});
