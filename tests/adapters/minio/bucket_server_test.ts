import assert from "node:assert/strict";
import { bytesSource } from "../../../core/storage/put_source.ts";
import { testHost } from "../../support/adapter_host.ts";
import { failsWith } from "../../support/fails_with.ts";
import { type MinioServer, startMinio } from "../../support/minio_server.ts";
import { openMinio, type OpenMinioOptions } from "../../support/open_minio.ts";
import { testWithTools } from "../../support/require.ts";

const SOME = bytesSource(new TextEncoder().encode("kubelet"));

/** The status of fetching a key without credentials, after storing it. */
async function fetched(server: MinioServer, options: OpenMinioOptions, key = "a"): Promise<number> {
  await using adapter = await openMinio(server, options);
  await adapter.prepare();
  await adapter.put(key, SOME);
  const answer = await fetch(adapter.publicUrl(key) ?? assert.fail());
  await answer.body?.cancel();
  return answer.status;
}

/** What the bucket's policy says, as the server shows it. */
async function policyOf(server: MinioServer, bucket: string): Promise<unknown> {
  return JSON.parse(await server.mc("anonymous", "get-json", `test/${bucket}`));
}

/** Sets a bucket's policy to one statement beside those that `mc` knows. */
async function setPolicy(server: MinioServer, bucket: string, statement: object): Promise<void> {
  const file = await Deno.makeTempFile();
  const policy = { Version: "2012-10-17", Statement: [statement] };
  await Deno.writeTextFile(file, JSON.stringify(policy));
  await server.mc("anonymous", "set-json", file, `test/${bucket}`);
  await Deno.remove(file);
}

/** Adds a user who may do these things in every bucket. */
async function addUser(server: MinioServer, name: string, actions: string[]): Promise<void> {
  const file = await Deno.makeTempFile();
  const statement = { Effect: "Allow", Action: actions, Resource: ["arn:aws:s3:::*"] };
  await Deno.writeTextFile(file, JSON.stringify({ Version: "2012-10-17", Statement: [statement] }));
  await server.mc("admin", "user", "add", "test", name, "user-password");
  await server.mc("admin", "policy", "create", "test", `${name}-policy`, file);
  await server.mc("admin", "policy", "attach", "test", `${name}-policy`, "--user", name);
  await Deno.remove(file);
}

testWithTools("minio makes a bucket ready", ["minio", "mc"], async (t) => {
  await using server = await startMinio();
  const as = (username: string, bucket: string, anonymousDownload = "on") => ({
    input: { username, password: "user-password", bucket, anonymousDownload },
  });

  await t.step("a missing bucket is made, and open for download but not for listing", async () => {
    assert.equal(await fetched(server, { input: { bucket: "fresh" } }), 200);
    const listing = await fetch(`${server.url}/fresh/?list-type=2`);
    await listing.body?.cancel();
    assert.equal(listing.status, 403);
  });

  await t.step("a private bucket that exists is opened", async () => {
    await server.mc("mb", "test/private");
    assert.equal(await fetched(server, { input: { bucket: "private" } }), 200);
  });

  await t.step("a prefix opens no more than itself", async () => {
    const input = { endpoint: `${server.url}/shared/pre` };
    assert.equal(await fetched(server, { input }), 200);
    await using root = await openMinio(server, { input: { bucket: "shared" } });
    await root.put("private", SOME);
    const answer = await fetch(root.publicUrl("private") ?? assert.fail());
    await answer.body?.cancel();
    assert.equal(answer.status, 403);
  });

  await t.step("other statements of the policy stay", async () => {
    await server.mc("mb", "test/policed");
    const statement = {
      Effect: "Allow",
      Principal: { AWS: ["*"] },
      Action: ["s3:ListBucket"],
      Resource: ["arn:aws:s3:::policed"],
      Condition: { StringEquals: { "s3:prefix": ["docs/"] } },
    };
    await setPolicy(server, "policed", statement);
    assert.equal(await fetched(server, { input: { bucket: "policed" } }), 200);
    const policy = JSON.stringify(await policyOf(server, "policed"));
    assert.match(policy, /s3:ListBucket.*docs\/|docs\/.*s3:ListBucket/);
  });

  await t.step("a policy that allows download already is not written again", async () => {
    await server.mc("mb", "test/done");
    await server.mc("anonymous", "set", "download", "test/done");
    await addUser(server, "checker", ["s3:GetBucketPolicy", "s3:PutObject"]);
    assert.equal(await fetched(server, as("checker", "done")), 200);
  });

  await t.step("a policy that denies download is not worked around", async () => {
    await server.mc("mb", "test/denied");
    await setPolicy(server, "denied", {
      Effect: "Deny",
      Principal: { AWS: ["*"] },
      Action: ["s3:GetObject"],
      Resource: ["arn:aws:s3:::denied/*"],
    });
    await using adapter = await openMinio(server, { input: { bucket: "denied" } });
    await failsWith("forbidden", /a statement of the bucket's policy denies it/, adapter.prepare());
  });

  await t.step("--anonymous-download keep leaves the policy alone", async () => {
    await server.mc("mb", "test/kept");
    const input = { bucket: "kept", anonymousDownload: "keep" };
    assert.equal(await fetched(server, { input }), 403);
  });

  await t.step("adapters that prepare one bucket at a time take turns", async () => {
    const input = { bucket: "contested", lockWait: "1m" };
    const adapters = await Promise.all(
      Array.from({ length: 8 }, () => openMinio(server, { input })),
    );
    await Promise.all(adapters.map(async (adapter) => {
      await adapter.prepare();
      await adapter[Symbol.asyncDispose]();
    }));
    assert.equal(await fetched(server, { input }), 200);
  });

  await t.step("a user who may not change policies is refused, and told who may", async () => {
    await server.mc("mb", "test/theirs");
    await addUser(server, "writer", ["s3:PutObject", "s3:GetObject", "s3:AbortMultipartUpload"]);
    await using adapter = await openMinio(server, as("writer", "theirs"));
    const error = await failsWith(
      "forbidden",
      /may not read and change the bucket's policy/,
      adapter.prepare(),
    );
    assert.match(error.hint ?? "", /mc anonymous set download ALIAS\/theirs/);
    assert.match(error.hint ?? "", /--anonymous-download keep/);
    assert.equal(await fetched(server, as("writer", "theirs", "keep")), 403);
  });

  await t.step("a user who may not write is told so", async () => {
    await addUser(server, "reader", ["s3:GetObject"]);
    await using adapter = await openMinio(server, as("reader", "theirs", "keep"));
    const put = adapter.put("x", SOME);
    await failsWith(
      "forbidden",
      /Cannot upload "x" to ".*\/theirs": the server says AccessDenied \(403\)/,
      put,
    );
  });

  await t.step("a user who may not make buckets is told so", async () => {
    await using adapter = await openMinio(server, as("writer", "absent", "keep"));
    // Without s3:GetBucketLocation it cannot be told that it is missing.
    await failsWith("not-found", /NoSuchBucket/, adapter.prepare());
    await addUser(server, "looker", ["s3:GetBucketLocation"]);
    await using other = await openMinio(server, as("looker", "absent", "keep"));
    await failsWith("forbidden", /Cannot make bucket "absent"/, other.prepare());
  });

  await t.step("wrong credentials are told apart from missing rights", async () => {
    const wrong = [
      [{ username: "nobody" }, /InvalidAccessKeyId/],
      [{ password: "wrong-password" }, /SignatureDoesNotMatch/],
    ] as const;
    for (const [input, message] of wrong) {
      await using adapter = await openMinio(server, { input });
      const calls = [adapter.prepare(), adapter.stat("a"), adapter.put("a", SOME)];
      for (const call of await Promise.allSettled(calls)) {
        assert.equal(call.status, "rejected");
        const error = await failsWith("unauthorized", message, Promise.reject(call.reason));
        assert.doesNotMatch(
          `${error.message} ${error.hint} ${Deno.inspect(error)}`,
          /password[/-]|AWS4-HMAC/,
        );
      }
    }
  });

  await t.step("a clock that is wrong is named as the cause", async () => {
    await using adapter = await openMinio(server);
    const realTime = Date.prototype.toISOString;
    Date.prototype.toISOString = function (): string {
      return realTime.call(new Date(this.getTime() + 3_600_000));
    };
    try {
      const error = await failsWith("unauthorized", /RequestTimeTooSkewed/, adapter.prepare());
      assert.match(error.hint ?? "", /clocks/);
    } finally {
      Date.prototype.toISOString = realTime;
    }
  });
});

testWithTools("minio follows the server's region", ["minio", "mc"], async () => {
  await using server = await startMinio({ env: { MINIO_SITE_REGION: "eu-test-1" } });
  const host = testHost();
  assert.equal(await fetched(server, { host }), 200);
  assert.match(host.lines.join("\n"), /its region is another one.*: eu-test-1/);
  assert.equal(await fetched(server, { input: { region: "eu-test-1" } }), 200);
});
