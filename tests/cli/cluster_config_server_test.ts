/** `import --cluster-config FILE [--write-config]`, with MinIO. */
import { equal, match, ok } from "node:assert/strict";
import { runHere } from "../support/cli/test_context.ts";
import { type MinioServer, startMinio } from "../support/minio_server.ts";
import { tarGz } from "../support/packages.ts";
import { testWithTools } from "../support/require.ts";

const HEAD =
  "apiVersion: provision.daocloud.io/v1alpha4\nkind: ClusterConfig\nspec:\n  binaries:\n";

function s3Block({ url, user, password }: MinioServer): string {
  return `    type: external\n    externalRepoEndpoint: ${url}\n    externalRepoUsername: ${user}\n` +
    `    externalRepoPassword: ${password}\n`;
}

testWithTools("import with a cluster's configuration in S3 form", ["minio", "mc"], async (t) => {
  await using server = await startMinio();
  const folder = await Deno.makeTempDir({ prefix: "binimport-cluster-" });
  const [archive, file] = [`${folder}/offline-files.tar.gz`, `${folder}/cluster.yaml`];
  await Deno.writeFile(archive, tarGz({ "dl.k8s.io/kubelet": "ELF" }));
  const named = HEAD + s3Block(server);
  const { url, user, password } = server;

  /** Imports with a file of this text; no output may hold the password. */
  async function run(
    text: string,
    args: readonly string[],
    env: Readonly<Record<string, string>> = {},
  ) {
    await Deno.writeTextFile(file, text);
    const ended = await runHere(["import", archive, "--cluster-config", file, ...args], env);
    ok(!`${ended.stdout}${ended.stderr}`.includes(password));
    return { ...ended, text: await Deno.readTextFile(file) };
  }

  await t.step("the file alone tells server, user and password", async () => {
    const noise = { AWS_ACCESS_KEY_ID: "x", AWS_SECRET_ACCESS_KEY: "y", MAPPING_PATH: "/nowhere" };
    const { status, stdout, stderr, text } = await run(named, [], noise);
    equal(status, 0, stderr);
    match(stdout, new RegExp(`minio:${url}/kubean: 1 written`));
    equal(text, named);
    const kubelet = await fetch(`${url}/kubean/dl.k8s.io/kubelet`);
    equal(await kubelet.text(), "ELF");
  });

  await t.step("a part of it may be given", async () => {
    const halves = HEAD + s3Block({ ...server, password: "not-this-one" });
    const other = await run(halves, ["--to", "minio"], { BINIMPORT_PASSWORD: password });
    equal(other.status, 0, other.stderr);
    const bucket = await run(named, ["--endpoint", `${url}/other`]);
    equal(bucket.status, 0, bucket.stderr);
    match(bucket.stdout, /\/other: 1 written/);
  });

  await t.step("another server, or another user, does not get its password", async () => {
    const server = await run(named, ["--endpoint", "http://127.0.0.1:1"]);
    equal(server.status, 4);
    match(server.stderr, /no credentials are given/);
    const user = await run(named, ["--username", "somebody"]);
    equal(user.status, 4);
    match(user.stderr, /sign requests as "somebody": no password is given/);
  });

  await t.step("credentials of the environment are written", async () => {
    const env = { MINIO_ROOT_USER: user, MINIO_ROOT_PASSWORD: password };
    const builtin = `${HEAD}    type: builtin\n`;
    const ended = await run(builtin, ["--endpoint", url, "--write-config"], env);
    equal(ended.status, 0, ended.stderr);
    equal(ended.text, named);
    match(ended.stdout, /\n {2}externalRepoPassword: \(none\) → \(not shown\)\n/);
    equal((await runHere(["config", "check", file, "--online"])).status, 0);
    // manifest.json and SHA256SUMS; no lock is left
    equal(await server.mc("ls", "--recursive", "test/kubean/.binimport/").then(count), 2);
  });

  await t.step("the other spelling names its bucket, and is the one that is written", async () => {
    const other = (bucket: string) =>
      named.replace(`externalRepoEndpoint: ${url}`, `externalRepository: ${url}/${bucket}`);
    const read = await run(other("other"), []);
    equal(read.status, 0, read.stderr);
    match(read.stdout, /\/other: 0 written, 1 unchanged/);
    ok(!read.stderr.includes("other-repository"), read.stderr);
    const written = await run(other("kubean"), ["--bucket", "other", "--write-config"]);
    equal(written.status, 0, written.stderr);
    equal(written.text, other("other"));
    equal((await runHere(["config", "check", file, "--online"])).status, 0);
  });

  await t.step("what nodes would not find is refused", async () => {
    const bucket = await run(named, ["--bucket", "other", "--write-config"]);
    equal(bucket.status, 2);
    match(bucket.stderr, /from bucket "other": an installer looks in "kubean"/);
    const prefix = await run(named, ["--prefix", "a/b", "--write-config"]);
    match(prefix.stderr, /below prefix "a\/b\/"/);
    const env = {
      AWS_ACCESS_KEY_ID: "a",
      AWS_SECRET_ACCESS_KEY: "b",
      AWS_SESSION_TOKEN: "c",
    };
    const builtin = `${HEAD}    type: builtin\n`;
    const temporary = await run(builtin, ["--endpoint", url, "--write-config"], env);
    equal(temporary.status, 2);
    match(temporary.stderr, /they are temporary/);
  });

  await Deno.remove(folder, { recursive: true });
});

function count(listing: string): number {
  return listing.trim().split("\n").length;
}
