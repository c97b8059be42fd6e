/** What `http-put` proves, and what it tells of, against stores of many manners. */
import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { gzipSync } from "node:zlib";
import httpPut from "../../../adapters/http_put/mod.ts";
import { httpFetch } from "../../../core/http/mod.ts";
import { importPackages } from "../../../core/importer/mod.ts";
import { bytesSource } from "../../../core/storage/mod.ts";
import type { ErrorCode } from "../../../core/util/errors.ts";
import { testHost } from "../../support/adapter_host.ts";
import { failsWith } from "../../support/fails_with.ts";
import {
  hex,
  type HttpStore,
  type HttpStoreOptions,
  startHttpStore,
  type StoreAnswer,
} from "../../support/http_store.ts";
import { memoryPackage, tarGz } from "../../support/packages.ts";

const FILES = { "dl.k8s.io/kubelet": "kubelet", "a/runc+1": "runc", "a/b c": "cni" };

async function importInto(store: HttpStore, files: Readonly<Record<string, string>> = FILES) {
  const host = testHost();
  const input = { endpoint: store.url, username: "uploader", password: "pass-word" };
  await using adapter = await httpPut.open(httpPut.parse(input, host), host);
  using fetch = httpFetch();
  const { summary, failures } = await importPackages([memoryPackage(tarGz(files))], [adapter], {
    packageOptions: { stripComponents: null, include: [], exclude: [] },
    fetch,
  });
  if (failures[0] !== undefined) throw failures[0].error;
  return summary;
}

const count = ({ requests }: HttpStore, pattern: RegExp) =>
  requests.filter((line) => pattern.test(line)).length;
const BODIES = /^GET (dl\.k8s\.io|a)\//;

const telling: Readonly<Record<string, NonNullable<HttpStoreOptions["tells"]>>> = {
  "X-Checksum-Sha256 (Artifactory)": (body) => ({
    "x-checksum-sha256": hex("sha256", body),
    etag: hex("sha1", body),
  }),
  "an ETag with a SHA-1 (Nexus)": (body) => ({ etag: `"{SHA1{${hex("sha1", body)}}}"` }),
  "an ETag that is an MD5": (body) => ({ etag: `"${hex("md5", body)}"` }),
  "Repr-Digest (RFC 9530)": (body) => ({
    "repr-digest": `sha-256=:${btoa(String.fromCharCode(...hexBytes(hex("sha256", body))))}:`,
    etag: `"${hex("md5", body)}"`,
  }),
};

function hexBytes(text: string): number[] {
  return text.match(/../g)?.map((byte) => parseInt(byte, 16)) ?? [];
}

for (const [what, tells] of Object.entries(telling)) {
  Deno.test(`http-put goes by ${what}`, async () => {
    await using store = await startHttpStore({ tells });
    assert.equal((await importInto(store)).written, 3);
    assert.equal(count(store, BODIES), 3, "once, as a node would");
    store.requests.length = 0;
    const again = await importInto(store);
    assert.deepEqual([again.written, again.unchanged], [0, 3]);
    assert.equal(count(store, BODIES), 1, "the sample alone");
    assert.equal(count(store, /^PUT .*manifest/), 0, "nothing changed");
  });

  Deno.test(`http-put finds damage by ${what}`, async () => {
    const keep: HttpStoreOptions["keep"] = (path, body) =>
      path.endsWith("kubelet") ? body.map((byte) => byte ^ 1) : body;
    await using store = await startHttpStore({ tells, keep });
    const error = await failsWith("integrity", /arrived damaged/, importInto(store));
    assert.equal(error.key, "dl.k8s.io/kubelet");
    assert(![...store.files.keys()].some((path) => path.endsWith("kubelet")), "it was removed");
  });
}

Deno.test("http-put reads back what a server tells nothing of", async () => {
  await using store = await startHttpStore({
    tells: (body) => ({ etag: `"65f1-${body.length}"` }),
  });
  await importInto(store);
  assert.equal(count(store, BODIES), 6, "three bodies, and as a node would");
  store.requests.length = 0;
  assert.equal((await importInto(store)).unchanged, 3);
  assert.equal(count(store, /^PUT .*manifest/), 0, "nothing changed");
  await using bad = await startHttpStore({
    keep: (path, body) => path.endsWith("kubelet") ? body.map((byte) => byte ^ 1) : body,
  });
  await failsWith(
    "integrity",
    /not stored as they should be; "dl\.k8s\.io\/kubelet"/,
    importInto(bad),
  );
});

Deno.test("http-put: an ETag of the digests of pieces is no digest of the file", async () => {
  const tells = (body: Buffer) => {
    const md5s = body.toString().match(/.{1,200000}/gs)?.map((piece) =>
      hex("md5", Buffer.from(piece))
    );
    const whole = md5s?.length === 1
      ? md5s[0]
      : `${hex("md5", Buffer.from(`${md5s}`))}-${md5s?.length}`;
    return { etag: `"${whole}"` }; // as S3 writes them
  };
  await using store = await startHttpStore({ tells });
  const files = { small: "s", large: "l".repeat(500_000) };
  assert.equal((await importInto(store, files)).written, 2);
  assert.equal(count(store, /^GET large/), 2, "what it tells nothing of is read back, too");
  assert.equal((await importInto(store, files)).unchanged, 2);
  assert.equal(count(store, /^GET large/), 3, "and is the sample of the next run");
});

Deno.test("http-put: a digest told of the trial alone does not vouch for other files", async () => {
  await using store = await startHttpStore({
    tells: (body) =>
      body.toString().startsWith("binimport") ? { "x-checksum-sha256": hex("sha256", body) } : {},
  });
  await importInto(store);
  assert.equal(count(store, BODIES), 6, "three bodies, and as a node would");
});

Deno.test("http-put: a store that takes each name once takes further runs", async () => {
  await using store = await startHttpStore({
    tells: (body) => ({ etag: `"${hex("sha1", body)}"` }),
    refuse: ({ method, isThere }) =>
      method === "PUT" && isThere
        ? { status: 400, reason: "Repository does not allow updating assets: files" }
        : undefined,
  });
  await importInto(store);
  assert.equal((await importInto(store)).unchanged, 3);
  // Another package: its record takes the place of the former one.
  assert.equal((await importInto(store, { "other": "one" })).written, 1);
  await failsWith(
    "forbidden",
    /does not allow updating assets/,
    importInto(store, { other: "two" }),
  );
});

Deno.test("http-put tells of a server that compresses unasked", async () => {
  await using store = await startHttpStore({
    tells: () => ({ "content-encoding": "gzip" }),
    keep: (_, body) => gzipSync(body),
  });
  await failsWith(
    "unsupported",
    /sent back with content-encoding gzip, unasked for$/,
    importInto(store),
  );
});

Deno.test("http-put repeats without Expect what a server answers with 417", async () => {
  await using store = await startHttpStore({ continues: false });
  assert.equal((await importInto(store)).written, 3);
  assert.equal(count(store, / 417$/), 1, "it is asked once");
});

Deno.test("http-put refuses bytes that differ from the sha256 given", async () => {
  await using store = await startHttpStore();
  const host = testHost();
  await using adapter = await httpPut.open(httpPut.parse({ endpoint: store.url }, host), host);
  const put = adapter.put("a", bytesSource(new Uint8Array(9)), { sha256: "0".repeat(64) });
  await failsWith("integrity", /SHA-256/, put);
  assert.equal(store.files.size, 0);
});

const JSON_TYPE = "application/json";
const artifactory = (status: number, message: string): StoreAnswer => ({
  status,
  type: JSON_TYPE,
  body: JSON.stringify({ errors: [{ status, message }] }),
});
const files = (answer: StoreAnswer): HttpStoreOptions => ({
  refuse: ({ method, path }) =>
    method === "PUT" && !path.includes(".binimport") ? answer : undefined,
});

const told: Readonly<
  Record<string, readonly [HttpStoreOptions, ErrorCode, message: RegExp, hint: RegExp]>
> = {
  "Nexus's reason in the status line": [
    files({ status: 400, reason: "Detected content type [application/gzip], but expected [x]" }),
    "target",
    /the server refuses it \(400\): Detected content type \[application\/gzip\]/,
    /strict content type validation/,
  ],
  "Artifactory's disk that is full": [
    files(artifactory(413, "Datastore disk usage is too high.")),
    "no-space",
    /: there is no room for it \(413\): Datastore disk usage is too high\.$/,
    /Free some space/,
  ],
  "Artifactory's patterns": [
    files(artifactory(403, "conflict with its include/exclude patterns.")),
    "forbidden",
    /include\/exclude patterns/,
    /patterns keep such names out/,
  ],
  "a text": [
    files({ status: 403, type: "text/plain; charset=utf-8", body: "\n ask the storage team\nx" }),
    "forbidden",
    /\(403\): ask the storage team$/,
    /right to write/,
  ],
  "a problem document": [
    files({ status: 409, type: "application/problem+json", body: '{"detail":"it is frozen"}' }),
    "target",
    /\(409\): it is frozen$/,
    /conflict|folder/,
  ],
  "a user who may not delete": [
    {
      refuse: ({ method }) =>
        method === "DELETE" ? artifactory(403, "needs DELETE permission") : undefined,
    },
    "forbidden",
    /Cannot remove what was put on trial .*needs DELETE permission$/,
    /right to delete and to overwrite/,
  ],
  "a server that takes no DELETE": [
    { refuse: ({ method }) => method === "DELETE" ? { status: 405 } : undefined },
    "unsupported",
    /Cannot remove what was put on trial .*takes no such request there \(405\)$/,
    /right to delete and to overwrite.*dav_methods/,
  ],
  "a login page for everything": [
    { refuse: () => ({ status: 200, type: "text/html", body: "<title>Sign in</title>" }) },
    "unsupported",
    /the server answers something else, of type "text\/html"$/,
    /login page/,
  ],
  "a store that says stored, and is not": [
    { refuse: ({ method }) => method === "PUT" ? { status: 201 } : undefined },
    "unsupported",
    /the server answers that there is no such file$/,
    /repository/,
  ],
};

for (const [what, [options, code, message, hint]] of Object.entries(told)) {
  Deno.test(`http-put tells of ${what}`, async () => {
    await using store = await startHttpStore(options);
    const error = await failsWith(code, message, importInto(store));
    assert.match(error.hint ?? "", hint);
  });
}

Deno.test("http-put: what a server repeats of a request shows no password", async () => {
  await using store = await startHttpStore({
    refuse: ({ method, headers }) =>
      method === "PUT"
        ? {
          status: 403,
          type: "text/plain",
          body: `\x1b[2J${headers.authorization} pass-word\u202e`,
        }
        : undefined,
  });
  const error = await failsWith("forbidden", /\*\*\*/, importInto(store));
  assert.doesNotMatch(error.message, /pass-word|dXBsb2FkZXI|[\p{Cc}\p{Cf}]/u);
});
