/** `config check --online` against real servers. */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { type Ended, runHere } from "../support/cli/test_context.ts";
import { type MinioServer, startMinio } from "../support/minio_server.ts";
import { testWithTools } from "../support/require.ts";

/** A file for this repository, checked online. */
async function checkOnline(
  block: Readonly<Record<string, string>>,
  ...args: readonly string[]
): Promise<Ended> {
  const path = await Deno.makeTempFile({ suffix: ".yaml" });
  try {
    const lines = Object.entries({ type: "external", ...block })
      .map(([key, value]) => `    ${key}: ${JSON.stringify(value)}\n`);
    await Deno.writeTextFile(
      path,
      "apiVersion: provision.daocloud.io/v1alpha4\nkind: ClusterConfig\nspec:\n  binaries:\n" +
        lines.join(""),
    );
    return await runHere(["config", "check", path, "--online", ...args], {
      // Nothing of these is meant for this server.
      AWS_ACCESS_KEY_ID: "other",
      AWS_SECRET_ACCESS_KEY: "other",
      BINIMPORT_PREFIX: "p",
    });
  } finally {
    await Deno.remove(path);
  }
}

function s3({ url, user, password }: MinioServer): Readonly<Record<string, string>> {
  return { externalRepoEndpoint: url, externalRepoUsername: user, externalRepoPassword: password };
}

testWithTools("S3 form: bucket and credentials are tried, and nothing is left", [
  "minio",
  "mc",
], async (t) => {
  await using server = await startMinio();
  const objects = async () =>
    await server.mc("ls", "--recursive", "test/kubean") +
    await server.mc("ls", "--recursive", "test/other");

  await t.step("a bucket that is missing, which is not made", async () => {
    const { status, stdout, stderr } = await checkOnline(s3(server));
    equal(status, 4);
    match(stderr, /NoSuchBucket/);
    ok(!`${stdout}${stderr}`.includes(server.password));
    equal(await server.mc("ls", "test"), "");
  });

  await server.mc("mb", "test/kubean");
  await server.mc("mb", "test/other");

  await t.step("a bucket that can be read and written", async () => {
    const { status, stdout, stderr } = await checkOnline(s3(server));
    equal(status, 0, stderr);
    match(stdout, /answers; "test-admin" can read and write bucket "kubean"\n/);
    const json = await checkOnline(s3(server), "--bucket", "other", "--json");
    const lines = json.stdout.trim().split("\n").map((line) => JSON.parse(line));
    deepEqual(lines.find(({ event }) => event === "online"), {
      event: "online",
      message: `${server.url} answers; "test-admin" can read and write bucket "other"`,
    });
    equal(await objects(), "");
  });

  await t.step("a wrong password", async () => {
    const { status, stderr } = await checkOnline({
      ...s3(server),
      externalRepoPassword: "not-this-one",
    });
    equal(status, 4);
    match(stderr, /SignatureDoesNotMatch[^]*Check the user name and the password/);
    ok(!stderr.includes("not-this-one"));
  });

  await t.step("a user who may read but not write", async () => {
    await server.mc("admin", "user", "add", "test", "reader", "reader-password");
    await server.mc("admin", "policy", "attach", "test", "readonly", "--user", "reader");
    const { status, stderr } = await checkOnline({
      ...s3(server),
      externalRepoUsername: "reader",
      externalRepoPassword: "reader-password",
    });
    equal(status, 4);
    match(stderr, /AccessDenied/);
    equal(await objects(), "");
  });
});

Deno.test("HTTP form: credentials left there are found", async () => {
  await using server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen() {} },
    () => new Response("none", { status: 404 }),
  );
  const url = `http://127.0.0.1:${server.addr.port}`;
  const { status, stdout } = await checkOnline({ externalRepoEndpoint: url });
  equal(status, 5, "that it answers proves nothing");
  match(stdout, new RegExp(`${url} answers, with status 404\n[^]*error: .*no k8sVersion`));
  const s3 = await checkOnline({
    externalRepoEndpoint: url,
    externalRepoUsername: "stale",
    externalRepoPassword: "stale-password",
  });
  equal(s3.status, 4, s3.stderr);
  match(
    s3.stderr,
    /does not come from an S3 server\n.*plain HTTP server, remove the credentials/,
  );
});

Deno.test("nothing that answers: status 4", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const url = `http://127.0.0.1:${listener.addr.port}`;
  listener.close();
  const { status, stderr } = await checkOnline({ externalRepoEndpoint: url });
  equal(status, 4);
  match(stderr, /Cannot fetch http:\/\/127/);
});

Deno.test("no server is asked after errors, or where binaries come from elsewhere", async () => {
  const wrong = await checkOnline({ externalRepoEndpoint: "nothing" });
  equal(wrong.status, 5);
  match(wrong.stdout, /The server was not asked: fix the errors first\n/);
  const builtin = await checkOnline({ type: "builtin" });
  equal(builtin.status, 0);
  match(builtin.stdout, /No server is asked: the form is builtin\n/);
});
