/** What S3 servers lack, against a stand-in that refuses wrongly signed and damaged requests. */
import assert from "node:assert/strict";
import { QUIRKS } from "../../../adapters/minio/quirks.ts";
import { bytesSource } from "../../../core/storage/mod.ts";
import type { ErrorCode } from "../../../core/util/errors.ts";
import { testHost } from "../../support/adapter_host.ts";
import { failsWith } from "../../support/fails_with.ts";
import { openMinio } from "../../support/open_minio.ts";
import { FILES, importInto } from "../../support/s3_import.ts";
import { QUIRK_CASES } from "../../support/s3_quirk_cases.ts";
import { refusal, type StandInOptions, startStandIn } from "../../support/s3_standin.ts";

const REQUESTS = {
  first: `
GET /kubean?location 200
GET /kubean/.binimport/lock 404
PUT /kubean/.binimport/lock 200
PUT /kubean/.binimport/lock 412
GET /kubean?list-type=2&encoding-type=url&prefix=.binimport%2Flock 200
PUT /kubean/.binimport/lock 200
GET /kubean?policy 404
PUT /kubean?policy 204
GET /kubean?policy 200
GET /kubean/.binimport/manifest.json 404
GET /kubean?list-type=2&encoding-type=url&prefix= 200
PUT /kubean/.binimport/probe-* 200
GET /kubean/.binimport/probe-* 200
DELETE /kubean/.binimport/probe-* 204
GET /kubean?uploads&encoding-type=url&max-uploads=1000&prefix=images.tar 200
POST /kubean/images.tar?uploads 200
PUT /kubean/images.tar?partNumber=2&uploadId=* 200
PUT /kubean/images.tar?partNumber=1&uploadId=* 200
PUT /kubean/dl.k8s.io/kubelet 200
PUT /kubean/github.com/a/b/runc%2B1 200
POST /kubean/images.tar?uploadId=* 200
PUT /kubean/images.tar?tagging 200
GET /kubean/dl.k8s.io/kubelet 200
GET /kubean/github.com/a/b/runc%2B1 200
GET /kubean/images.tar 200
PUT /kubean/.binimport/SHA256SUMS 200
PUT /kubean/.binimport/manifest.json 200
GET /kubean/.binimport/lock 200
DELETE /kubean/.binimport/lock 204`,
  again: `
GET /kubean?location 200
GET /kubean/.binimport/lock 404
PUT /kubean/.binimport/lock 200
PUT /kubean/.binimport/lock 412
GET /kubean?list-type=2&encoding-type=url&prefix=.binimport%2Flock 200
PUT /kubean/.binimport/lock 200
GET /kubean?policy 200
GET /kubean/.binimport/manifest.json 200
GET /kubean?list-type=2&encoding-type=url&prefix= 200
PUT /kubean/.binimport/probe-* 200
GET /kubean/.binimport/probe-* 200
DELETE /kubean/.binimport/probe-* 204
GET /kubean?uploads&encoding-type=url&max-uploads=1000&prefix=images.tar 200
HEAD /kubean/dl.k8s.io/kubelet 200
HEAD /kubean/github.com/a/b/runc%2B1 200
GET /kubean/images.tar 200
GET /kubean/.binimport/lock 200
DELETE /kubean/.binimport/lock 204`,
};

/** Requests that run side by side come in any order. */
const sorted = (lines: readonly string[] | string) =>
  (typeof lines === "string" ? lines.trim().split("\n") : [...lines]).sort();

Deno.test("minio: a server without quirks gets just these requests", async () => {
  await using server = await startStandIn();
  assert.equal((await importInto(server)).written, 3);
  assert.deepEqual(sorted(server.requests), sorted(REQUESTS.first));
  server.requests.length = 0;
  const again = await importInto(server);
  const addressed = `${server.url}: the bucket stands in the path (--addressing path)`;
  assert.deepEqual([again.written, again.unchanged, again.lines], [0, 3, [addressed]]);
  assert.deepEqual(sorted(server.requests), sorted(REQUESTS.again));
});

for (const { name, quirk, server: options, byName } of QUIRK_CASES) {
  Deno.test(`minio does without: ${name}`, async () => {
    await using server = await startStandIn(options);
    const url = byName ? server.url.replace("127.0.0.1", "localhost") : server.url;
    const place = { ...server, url };
    const first = await importInto(place);
    const again = await importInto(place);
    assert.deepEqual([first.written, again.written, again.unchanged], [3, 0, 3]);
    // Each run finds it out once, if it comes to it: a listing of one page shows nothing.
    const told = [first, again].map(({ lines }) =>
      lines.filter((line) => line.includes(QUIRKS[quirk].says)).length
    );
    assert(told.includes(1) && told.every((count) => count <= 1), first.lines.join("\n"));
  });
}

const odd: Readonly<Record<string, StandInOptions>> = {
  "ETags in capitals, as Aliyun OSS gives them": { etags: "upper", checksums: false },
  "status 200 where others say 204": { emptyStatus: 200 },
};

for (const [what, options] of Object.entries(odd)) {
  Deno.test(`minio takes ${what}`, async () => {
    await using server = await startStandIn(options);
    assert.equal((await importInto(server)).written, 3);
    assert.equal((await importInto(server)).unchanged, 3);
  });
}

Deno.test("minio compares ETags in capitals as well", async () => {
  const store = (key: string, body: Uint8Array) =>
    key.endsWith("kubelet") ? body.map((byte) => byte ^ 1) : body;
  await using server = await startStandIn({ etags: "upper", checksums: false, store });
  await failsWith("integrity", /has other bytes/, importInto(server));
});

Deno.test("minio stores again what was damaged on the way once", async () => {
  let damaged = 0;
  const store = (key: string, body: Uint8Array) =>
    key.endsWith("kubelet") && damaged++ === 0 ? body.map((byte) => byte ^ 1) : body;
  await using server = await startStandIn({ checksums: false, store });
  assert.equal((await importInto(server)).written, 3);
  assert.equal(damaged, 2);
  assert.equal((await importInto(server)).unchanged, 3);
});

Deno.test("minio finds uploads that were left on every page of their list", async () => {
  const leftUploads = ["images.tar", "other", "images.tar", "images.tar"];
  await using server = await startStandIn({ leftUploads, uploadsPerPage: 1 });
  const { lines } = await importInto(server);
  assert.match(lines.join("\n"), /Going on with an upload of "images\.tar": 0 parts/);
  const ended = server.requests.filter((line) => line.startsWith("DELETE /kubean/images.tar?"));
  assert.equal(ended.length, 2, "the older ones");
});

for (const [partsPerPage, markers] of [[Infinity, [0]], [10, [0, 10, 20]]] as const) {
  Deno.test(`minio takes a list of parts in ${markers.length} pages, as the server has it`, async () => {
    await using server = await startStandIn({ partsPerPage });
    const config = { partSize: 1024 };
    const large = bytesSource(new Uint8Array(25 * 1024));
    {
      await using stopped = await openMinio(server, { config });
      await stopped.stage("large", large);
      stopped.keepStaged();
    }
    await new Promise((resolve) => setTimeout(resolve, 1_100)); // `Date` counts whole seconds
    server.requests.length = 0;
    await using adapter = await openMinio(server, { config });
    await (await adapter.stage("large", large)).publish();
    const listed = server.requests.filter((line) => line.startsWith("GET /kubean/large?"));
    // MinIO reads all parts that follow for each page, so none is asked to be short.
    const pages = markers.map((marker) =>
      `GET /kubean/large?uploadId=*&part-number-marker=${marker} 200`
    );
    assert.deepEqual(listed, pages);
    assert.deepEqual(server.requests.filter((line) => line.includes("partNumber=")), []);
    assert.equal((await adapter.stat("large"))?.size, large.size);
  });
}

Deno.test("minio: every quirk has a stand-in", () => {
  const tested = new Set(QUIRK_CASES.map(({ quirk }) => quirk));
  assert.deepEqual([...tested].sort(), Object.keys(QUIRKS).sort());
});

Deno.test("minio never copies, removes in batches, nor sends aws-chunked bodies", async () => {
  const seen: string[] = [];
  await using server = await startStandIn({
    refuse: ({ headers, query }) => {
      if (headers["x-amz-copy-source"] !== undefined) seen.push("copy");
      if (query.has("delete")) seen.push("batch delete");
      if (String(headers["x-amz-content-sha256"]).startsWith("STREAMING")) seen.push("aws-chunked");
      return undefined;
    },
  });
  await importInto(server);
  await importInto(server, { ...FILES, "dl.k8s.io/kubelet": "another" });
  assert.deepEqual(seen, []);
});

for (
  const [what, pageSize, prefix] of [["ever new names on pages of one", 1, ""], [
    "names that were not asked for",
    1000,
    "mine/",
  ]] as const
) {
  Deno.test(`minio: a listing of ${what} ends with an error, after some pages`, async () => {
    await using server = await startStandIn({ lists: "endless", pageSize });
    await using adapter = await openMinio(server);
    const listed = Array.fromAsync(adapter.list?.(prefix) ?? []);
    await failsWith("target", /the server's list has no end/, listed);
    assert(server.requests.length < 200, `${server.requests.length}`);
  });
}

Deno.test("minio: a listing that goes on nowhere is no whole listing", async () => {
  await using server = await startStandIn({ lists: "stuck", pageSize: 2 });
  await importInto(server, { a: "1" });
  const error = await failsWith(
    "unsupported",
    /the listing goes on, and nothing tells where/,
    (async () => {
      await importInto(server, { b: "2", c: "3", d: "4" });
      await importInto(server, { b: "2", c: "3", d: "4" });
    })(),
  );
  assert.match(error.hint ?? "", /another one/);
});

for (const what of ["checksums", "no checksums"]) {
  Deno.test(`minio: a bucket with a time of retention takes an import, of a server with ${what}`, async () => {
    const message =
      "Content-MD5 OR x-amz-checksum- HTTP header is required for Put Object requests " +
      "with Object Lock parameters"; // as AWS says it
    await using server = await startStandIn({
      checksums: what === "checksums",
      refuse({ method, key, query, headers }) {
        const hasChecksum = headers["x-amz-checksum-crc32"] !== undefined;
        if (hasChecksum && what === "no checksums") {
          return refusal(400, "InvalidArgument", "Unsupported header 'x-amz-checksum-crc32'");
        }
        const isObject = method === "PUT" && key !== "" && !query.has("partNumber");
        return isObject && !hasChecksum && headers["content-md5"] === undefined
          ? refusal(400, "InvalidRequest", message)
          : undefined;
      },
    });
    assert.equal((await importInto(server)).written, 3);
    assert.equal((await importInto(server)).unchanged, 3);
  });
}

/** What a refusal of a request is told as. */
const told: Readonly<
  Record<string, readonly [server: StandInOptions, code: ErrorCode, message: RegExp, hint: RegExp]>
> = {
  "a user who may not list": [
    {
      refuse: ({ query }) =>
        query.has("list-type") ? refusal(403, "AccessDenied", "no") : undefined,
    },
    "forbidden",
    /^Cannot list "http.*AccessDenied \(403\): no$/,
    /s3:ListBucket/,
  ],
  "a user who may not remove": [
    {
      refuse: ({ method }) => method === "DELETE" ? refusal(403, "AccessDenied", "no") : undefined,
    },
    "forbidden",
    /Cannot remove/,
    /s3:DeleteObject/,
  ],
  "objects that may not be replaced": [
    {
      refuse: ({ method, key }) =>
        method === "PUT" && key.endsWith("kubelet")
          ? refusal(403, "AccessDenied", "Object is WORM protected and cannot be overwritten")
          : undefined,
    },
    "forbidden",
    /WORM protected/,
    /retention/,
  ],
  "public policies that are blocked": [
    {
      refuse: ({ method, query }) =>
        method === "PUT" && query.has("policy")
          ? refusal(403, "AccessDenied", "prevented by the BlockPublicPolicy setting")
          : undefined,
    },
    "forbidden",
    /BlockPublicPolicy/,
    /blocks public access/,
  ],
  "a storage cap": [
    {
      refuse: ({ key }) =>
        key === "images.tar" ? refusal(403, "AccessDenied", "storage cap exceeded") : undefined,
    },
    "no-space",
    /storage cap exceeded/,
    /quota/,
  ],
  "a quota of a server that names its region in whatever it refuses": [
    {
      region: "cn-north-1",
      refuse: ({ key }) =>
        key === "images.tar"
          ? {
            ...refusal(400, "XMinioAdminBucketQuotaExceeded", "Bucket quota exceeded"),
            more: "<Region>cn-north-1</Region>",
          }
          : undefined,
    },
    "no-space",
    /Bucket quota exceeded/,
    /quota/,
  ],
  "a suspended account": [
    { refuse: () => refusal(403, "UserSuspended", "Your account has been suspended") },
    "forbidden",
    /suspended/,
    /account/,
  ],
  "an account that is disabled, under a code of wrong keys": [
    {
      refuse: () =>
        refusal(
          403,
          "InvalidAccessKeyId",
          "Your account is disabled; please contact your administrator.",
        ),
    },
    "forbidden",
    /Your account is disabled/,
    /out of service/,
  ],
  "a right that is missing, of an object with a telling name": [
    {
      refuse: ({ method, key }) =>
        method === "PUT" && key.endsWith("kubelet")
          ? refusal(
            403,
            "AccessDenied",
            'User: arn:aws:iam::000000000000:user/u is not authorized to perform: s3:PutObject on resource: "arn:aws:s3:::kubean/worm/quota-exceeded/retention" because no identity-based policy allows it',
          )
          : undefined,
    },
    "forbidden",
    /is not authorized to perform/,
    /add s3:PutObject/,
  ],
  "temporary keys without their token": [
    { refuse: () => refusal(403, "InvalidTokenId", "The security token is invalid") },
    "unauthorized",
    /InvalidTokenId \(403\)/,
    /AWS_SESSION_TOKEN/,
  ],
  "a clock that is wrong": [
    { refuse: () => refusal(403, "AccessDenied", "Request has expired") },
    "unauthorized",
    /expired/,
    /clocks/,
  ],
  "a bucket that is elsewhere": [
    {
      refuse: () => ({
        ...refusal(301, "PermanentRedirect", "must be addressed using the specified endpoint"),
        more: "<Endpoint>kubean.s3.eu-north.example.net</Endpoint>",
        headers: { "x-amz-bucket-region": "eu-north" },
      }),
    },
    "target",
    /PermanentRedirect \(301\): must be addressed/,
    /^Give --endpoint https:\/\/s3\.eu-north\.example\.net and --region eu-north\.$/,
  ],
  "virtual hosts of an IP address": [
    { refuse: () => refusal(403, "SecondLevelDomainForbidden", "Please use virtual hosted style") },
    "unsupported",
    /SecondLevelDomainForbidden/,
    /virtual-hosted.*not an IP address/,
  ],
  "a server that is overloaded, in its own words": [
    { refuse: () => refusal(503, "SlowDown", "Please reduce your request rate") },
    "unavailable",
    /SlowDown \(503\): Please reduce your request rate$/,
    /^$/,
  ],
  "a region that is wrong again": [
    {
      refuse: () => refusal(400, "AuthorizationHeaderMalformed", "expecting 'mars-1'"),
    },
    "unauthorized",
    /expecting 'mars-1'/,
    /--region mars-1/,
  ],
  "no policies, and a bucket that is closed": [
    {
      refuse: ({ query }) => query.has("policy") ? refusal(501, "NotImplemented", "no") : undefined,
    },
    "unsupported",
    /knows no bucket policies/,
    /administrator.*--url/,
  ],
  "a store that keeps other bytes": [
    {
      checksums: false,
      store: (key, body) => key.endsWith("kubelet") ? body.map((byte) => byte ^ 1) : body,
    },
    "integrity",
    /has other bytes/,
    /disks/,
  ],
  "a store that shows the checksum of what it was sent, and keeps other bytes": [
    { store: (key, body) => key.endsWith("runc+1") ? body.map((byte) => byte ^ 1) : body },
    "integrity",
    /1 of 3 files are not served as they should be; .*runc%2B1 has SHA-256/,
    /--verify target/,
  ],
  "a store that shows the checksums of parts, and puts other ones together": [
    { store: (key, body) => key === "images.tar" ? body.toReversed() : body },
    "integrity",
    /1 of 3 files are not served as they should be; .*images\.tar has SHA-256/,
    /--verify target/,
  ],
};

for (const [what, [options, code, message, hint]] of Object.entries(told)) {
  Deno.test(`minio tells of ${what}`, async () => {
    await using server = await startStandIn(options);
    const host = { ...testHost(), retries: 0 };
    const error = await failsWith(code, message, importInto(server, FILES, {}, { host }));
    assert.match(error.hint ?? "", hint);
  });
}

Deno.test("minio shows what a server says in one line of 200 characters", async () => {
  const message = `\x1b[31mred\u202e \n${"long ".repeat(100)}`;
  await using server = await startStandIn({ refuse: () => refusal(403, "AccessDenied", message) });
  const error = await failsWith("forbidden", /red long/, importInto(server));
  const words = error.message.slice(error.message.indexOf("(403): ") + 7);
  assert.equal([...words].length, 200);
  assert.doesNotMatch(words, /[\p{Cc}\p{Cf}]/u);
});

Deno.test("minio: nodes fetch from --url, where policies do not count", async () => {
  await using server = await startStandIn({
    refuse: ({ query }) => query.has("policy") ? refusal(501, "NotImplemented", "no") : undefined,
  });
  await using front = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, (request) => {
    const { pathname } = new URL(request.url);
    const object = server.objects.get(
      `kubean/${decodeURIComponent(pathname.slice("/files/".length))}`,
    );
    return object === undefined
      ? new Response(null, { status: 404 })
      : new Response(new Uint8Array(object.body), { headers: { "content-type": "x/y" } });
  });
  const url = `http://127.0.0.1:${front.addr.port}/files`;
  assert.equal((await importInto(server, FILES, { url })).written, 3);
});
