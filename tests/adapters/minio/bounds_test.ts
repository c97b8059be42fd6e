/** A server of S3 whose answers have no end. */
import assert from "node:assert/strict";
import { findBuiltin } from "../../../adapters/mod.ts";
import { bytesSource, plainHost, type StorageAdapter } from "../../../core/storage/mod.ts";
import { failsWith } from "../../support/fails_with.ts";
import { openMinio } from "../../support/open_minio.ts";

const AGAIN = "<ListBucketResult><IsTruncated>true</IsTruncated>" +
  "<Contents><Key>a</Key><Size>1</Size></Contents>" +
  "<NextContinuationToken>same</NextContinuationToken></ListBucketResult>";

function endless(): ReadableStream<Uint8Array> {
  const chunk = new Uint8Array(64 * 1024).fill(0x78);
  return new ReadableStream({ pull: (controller) => controller.enqueue(chunk) });
}

async function against(
  answer: (request: Request) => Response,
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

Deno.test("a server that says it stored a lock, and did not, is told", async () => {
  let writes = 0;
  const answer = ({ method, url }: Request) => {
    if (method === "PUT") writes++;
    if (method === "PUT" || method === "DELETE") {
      return new Response(null, { headers: { etag: '"e"' } });
    }
    const isListing = url.includes("list-type");
    const empty = "<ListBucketResult><IsTruncated>false</IsTruncated></ListBucketResult>";
    return new Response(isListing ? empty : null, { status: isListing ? 200 : 404 });
  };
  await against(answer, async (adapter) => {
    await failsWith(
      "target",
      /it stored an object, which is not there then/,
      adapter.prepare?.() ?? Promise.resolve(),
    );
  });
  assert(writes >= 5 && writes < 20, `${writes}`);
});

Deno.test("a manifest without end counts as none", async () => {
  const { loadManifest } = await import("../../../core/storage/mod.ts");
  await against(() => new Response(endless()), async (adapter) => {
    assert.equal((await loadManifest(adapter)).files.size, 0);
  });
});

const goingOn = (name: string, more: string) =>
  new Response(`<${name}><IsTruncated>true</IsTruncated>${more}</${name}>`);

Deno.test("lists of uploads and of their parts that have no end are left", async () => {
  const upload = (key: string) =>
    `<Upload><Key>${key}</Key><UploadId>u</UploadId><Initiated>2020-01-01</Initiated></Upload>`;
  const asked = { uploads: 0, parts: 0 };
  const answer = ({ method, url }: Request) => {
    if (method !== "GET") return new Response(null, { status: 204 });
    if (url.includes("uploadId=")) {
      const part = "<Part><PartNumber>1</PartNumber><ETag>x</ETag><Size>1</Size></Part>";
      return goingOn("L", `<NextPartNumberMarker>${++asked.parts}</NextPartNumberMarker>${part}`);
    }
    const others = upload("a/other").repeat(999);
    return goingOn("L", `<NextKeyMarker>${++asked.uploads}</NextKeyMarker>${upload("a")}${others}`);
  };
  await against(answer, async (adapter) => {
    const large = { ...bytesSource(new Uint8Array(17 * 2 ** 20)), replayable: false };
    await assert.rejects(async () => await adapter.stage?.("a", large));
  });
  assert.deepEqual(asked, { uploads: 10, parts: 2 });
});

for (
  const [what, head, piece] of [
    ["a head that comes byte by byte", "HTTP/1.1 200 OK\r\nx: ", "y"],
    ["answers that are none yet", "", "HTTP/1.1 102 Processing\r\n\r\n"],
  ] as const
) {
  Deno.test(`${what} is waited for no longer than silence is`, async () => {
    using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    (async () => {
      for await (const connection of listener) {
        (async () => {
          const write = (text: string) => connection.write(new TextEncoder().encode(text));
          await write(head);
          for (;; await new Promise((resolve) => setTimeout(resolve, 5))) await write(piece);
        })().catch(() => {});
      }
    })().catch(() => {});
    const place = {
      url: `http://127.0.0.1:${listener.addr.port}`,
      user: "u",
      password: "secret12",
    };
    const patience = { connect: 5_000, idle: 300, retries: 0, silences: 1 };
    await using adapter = await openMinio(place, { config: { patience } });
    await failsWith("unavailable", /it has been silent for 0\.3 s$/, adapter.stat("a"));
  });
}
