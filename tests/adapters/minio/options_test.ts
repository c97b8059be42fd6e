import assert from "node:assert/strict";
import minio, { type MinioConfig } from "../../../adapters/minio/mod.ts";
import type { AdapterInput } from "../../../core/storage/adapter.ts";
import { BinimportError, type ErrorCode } from "../../../core/util/errors.ts";
import { testHost } from "../../support/adapter_host.ts";

const KEYS = { username: "user", password: "s3cret" };
const AWS = { AWS_ACCESS_KEY_ID: "aws-user", AWS_SECRET_ACCESS_KEY: "aws-secret" };
const ROOT = { MINIO_ROOT_USER: "root-user", MINIO_ROOT_PASSWORD: "root-secret" };

function parse(input: AdapterInput, env: Readonly<Record<string, string>> = {}): MinioConfig {
  return minio.parse(input, testHost(env));
}

function refuses(
  code: ErrorCode,
  message: RegExp,
  input: AdapterInput,
  env: Readonly<Record<string, string>> = {},
): BinimportError {
  try {
    parse(input, env);
  } catch (error) {
    assert(error instanceof BinimportError, String(error));
    assert.equal(error.code, code, error.message);
    assert.match(error.message, message);
    assert.ok(error.hint, `no hint: ${error.message}`);
    return error;
  }
  assert.fail(`accepted: ${JSON.stringify(input)}`);
}

/** Where an endpoint leads. */
function place(endpoint: string, more: AdapterInput = {}): string {
  const { server, bucket, prefix } = parse({ endpoint, ...KEYS, ...more });
  return `${server.origin} ${bucket} ${prefix}`;
}

Deno.test("minio reads the bucket and the prefix from the endpoint's path", () => {
  assert.equal(place("http://h:9000"), "http://h:9000 kubean ");
  assert.equal(place("http://h:9000/"), "http://h:9000 kubean ");
  assert.equal(place("http://h:9000/files"), "http://h:9000 files ");
  assert.equal(place("https://h/files/"), "https://h files ");
  assert.equal(place("http://h:9000/files/pre/fix//"), "http://h:9000 files pre/fix/");
  assert.equal(place("http://h:9000/files/a%20b"), "http://h:9000 files a b/");
  assert.equal(place("http://[::1]:9000/files"), "http://[::1]:9000 files ");
});

Deno.test("minio takes the bucket and the prefix as options too", () => {
  assert.equal(place("http://h:9000", { bucket: "files" }), "http://h:9000 files ");
  assert.equal(place("http://h:9000", { prefix: "/a/b/" }), "http://h:9000 kubean a/b/");
  assert.equal(place("http://h:9000/files", { bucket: "files" }), "http://h:9000 files ");
  assert.equal(place("http://h:9000/files/a", { prefix: "a/" }), "http://h:9000 files a/");
  assert.equal(place("http://h:9000/files", { prefix: "p@q" }), "http://h:9000 files p@q/");
});

Deno.test("minio refuses a bucket or prefix that contradicts the endpoint", () => {
  const endpoint = "http://h:9000/files/a";
  refuses("usage", /bucket "other".*names bucket "files"/, { endpoint, bucket: "other", ...KEYS });
  refuses("usage", /prefix "b".*names prefix "a"/, { endpoint, prefix: "b", ...KEYS });
});

Deno.test("minio refuses endpoints that it cannot use, and says how to write them", () => {
  const refused = (message: RegExp, endpoint: string) =>
    refuses("usage", message, { endpoint, ...KEYS }).hint ?? "";
  assert.match(refused(/has no scheme/, "10.0.0.1:9000"), /http:\/\/10\.0\.0\.1:9000.*https:/);
  assert.match(refused(/has no scheme/, "myminio"), /MC_HOST_/);
  refused(/is no URL/, "http://");
  refused(/scheme is "ftp"/, "ftp://h/files");
  refused(/scheme is "s3"/, "s3://files");
  refused(/"\?" or "#"/, "http://h:9000/files?x=1");
  refused(/"\?" or "#"/, "http://h:9000/files#x");
  refused(/IPv6/, "http://[::1]/files");
  refused(/no escape/, "http://h:9000/files/100%");
  refused(/no such name/, "http://h:9000/Files");
  refused(/no such name/, "http://h:9000/ab");
  refused(/wildcards/, "http://h:9000/files/a*");
  refused(/"\.\."/, "http://h:9000/files/%2e%2e%2fx");
  refuses("usage", /no endpoint is given/, KEYS);
});

Deno.test("minio refuses credentials in the endpoint, and does not repeat them", () => {
  const endpoints = [
    "http://user:hunter2@h:9000",
    "user:hunter2@h:9000",
    "http://user:hun/ter2@h:9000/files",
    "http://user:9000/hunter2@h:9000/files",
    "ftp://hunter2@h",
  ];
  for (const endpoint of endpoints) {
    const error = refuses("usage", /holds a user name or password/, { endpoint, ...KEYS });
    assert.doesNotMatch(`${error.message} ${error.hint}`, /hun/);
  }
});

Deno.test("minio reads an alias as mc does", () => {
  const env = { MC_HOST_my: "https://alias-user:pass/w@rd+@h:9000" };
  const config = parse({ endpoint: "my" }, env);
  assert.equal(config.server.href, "https://h:9000/");
  assert.deepEqual(config.credentials, { accessKey: "alias-user", secretKey: "pass/w@rd+" });
  const deep = parse({ endpoint: "my/files/pre" }, env);
  assert.deepEqual([deep.bucket, deep.prefix], ["files", "pre/"]);
  const session = parse({ endpoint: "my" }, { MC_HOST_my: "http://u:p:token@h:9000" });
  assert.deepEqual(session.credentials, { accessKey: "u", secretKey: "p", sessionToken: "token" });
  const bare = parse({ endpoint: "my", ...KEYS }, { MC_HOST_my: "http://h:9000" });
  assert.equal(bare.credentials.accessKey, "user");
});

Deno.test("minio refuses a malformed alias without showing it", () => {
  for (const value of ["u:hunter2@h", "https://u:hunter2@h:9000/path", "ftp://u:hunter2@h"]) {
    const error = refuses("usage", /\$MC_HOST_my/, { endpoint: "my" }, { MC_HOST_my: value });
    assert.doesNotMatch(`${error.message} ${error.hint}`, /hunter2/);
  }
});

Deno.test("minio takes both halves of the credentials from one place", () => {
  const endpoint = "http://h:9000";
  const from = (input: AdapterInput, env: Readonly<Record<string, string>>) => {
    const { accessKey, secretKey, sessionToken } = parse({ endpoint, ...input }, env).credentials;
    return [accessKey, secretKey, sessionToken].filter((value) => value !== undefined).join(" ");
  };
  assert.equal(from(KEYS, { ...AWS, ...ROOT }), "user s3cret");
  assert.equal(from({}, { ...AWS, ...ROOT }), "aws-user aws-secret");
  assert.equal(from({}, { ...AWS, AWS_SESSION_TOKEN: "t" }), "aws-user aws-secret t");
  assert.equal(from({}, { ...ROOT, AWS_SESSION_TOKEN: "t" }), "root-user root-secret");
  assert.equal(from({}, { ...ROOT, AWS_ACCESS_KEY_ID: "lonely" }), "root-user root-secret");
  assert.equal(from({ username: "root-user" }, { ...AWS, ...ROOT }), "root-user root-secret");
  const my = { ...AWS, MC_HOST_my: "http://alias-user:alias-secret@h:9000" };
  assert.equal(from({ endpoint: "my" }, my), "alias-user alias-secret");
  assert.equal(from({ endpoint: "my", ...KEYS }, my), "user s3cret");
});

Deno.test("minio never puts halves of different pairs together", () => {
  const endpoint = "http://h:9000";
  refuses("unauthorized", /as "bob": no password/, { endpoint, username: "bob" }, AWS);
  refuses("usage", /no user name came with it/, { endpoint, password: "x" }, AWS);
  const half = { AWS_ACCESS_KEY_ID: "a", MINIO_ROOT_PASSWORD: "b" };
  refuses("unauthorized", /\$AWS_ACCESS_KEY_ID is set, but not \$AWS_SECRET/, { endpoint }, half);
});

Deno.test("minio names the ways to give credentials when there are none", () => {
  const error = refuses("unauthorized", /no credentials are given/, { endpoint: "http://h:9000" });
  for (
    const way of ["--password-file", "BINIMPORT_PASSWORD", "AWS_SECRET_ACCESS_KEY", "MC_HOST_"]
  ) {
    assert(error.hint?.includes(way), way);
  }
});

Deno.test("minio checks the part size and the choices", () => {
  const endpoint = "http://h:9000";
  assert.equal(parse({ endpoint, ...KEYS }).partSize, 16 * 2 ** 20);
  assert.equal(parse({ endpoint, ...KEYS, partSize: "5MiB" }).partSize, 5 * 2 ** 20);
  for (const partSize of ["5242879", "5MB", "65MiB", "lots"]) {
    refuses("usage", /part size|as a size/, { endpoint, ...KEYS, partSize });
  }
  refuses("usage", /"off" for --anonymous/, { endpoint, ...KEYS, anonymousDownload: "off" });
  assert.equal(parse({ endpoint, ...KEYS, insecureSkipTlsVerify: true }).insecure, true);
});

Deno.test("minio refuses a CA file that holds no certificate", async () => {
  const host = testHost();
  const file = await Deno.makeTempFile();
  try {
    for (const caFile of [file, `${file}-absent`]) {
      const config = minio.parse({ endpoint: "https://h", caFile, ...KEYS }, host);
      await assert.rejects(minio.open(config, host), { code: "usage", message: /as --ca-file/ });
    }
  } finally {
    await Deno.remove(file);
  }
});

Deno.test("minio names its target without credentials", async () => {
  const host = testHost({ MC_HOST_my: "http://alias-user:hunter2@h:9000" });
  await using adapter = await minio.open(minio.parse({ endpoint: "my/files/a b" }, host), host);
  assert.equal(adapter.target, "minio:http://h:9000/files/a b");
  assert.equal(
    adapter.publicUrl?.("x+y?/#%2F é")?.href,
    "http://h:9000/files/a%20b/x%2By%3F/%23%252F%20%C3%A9",
  );
});
