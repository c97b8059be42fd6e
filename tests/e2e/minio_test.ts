import assert from "node:assert/strict";
import { digests, makeRelease, type Tree } from "../support/e2e/packages.ts";
import { binimport, type Ended } from "../support/e2e/run.ts";
import { stalledImport } from "../support/e2e/stalled_import.ts";
import { digestsServed } from "../support/e2e/targets.ts";
import { type MinioServer, startMinio, unfinishedUploads } from "../support/minio_server.ts";
import { freePort } from "../support/ports.ts";
import { testWithTools } from "../support/require.ts";

const NEEDED = ["tar", "minio", "mc"];

/** Above it, an object goes up in parts. */
const PARTS = ["--part-size", "5MiB"];

testWithTools("e2e: MinIO", NEEDED, async (t) => {
  await using release = await makeRelease();
  await using minio = await startMinio();
  const packages = [release.offlineFiles, release.componentTools];
  const expected = digests(release.files);

  await t.step("a new bucket is made, and serves every file to anybody", async () => {
    const imported = await intoMinio(minio, packages, ["--bucket", "kubean", ...PARTS]);
    assert.equal(imported.status, 0, imported.stderr);
    assert.match(imported.stdout, /: 46 written, 0 unchanged$/m);
    assert.deepEqual(await served(minio, "kubean", release.files), expected);

    const again = await intoMinio(minio, packages, ["--bucket", "kubean", "--verify", "url"]);
    assert.equal(again.status, 0, again.stderr);
    assert.match(again.stdout, /: 0 written, 46 unchanged$/m);
  });

  await t.step("a private bucket that exists is opened", async () => {
    await minio.mc("mb", "test/private");
    const imported = await intoMinio(minio, packages, ["--bucket", "private"]);
    assert.equal(imported.status, 0, imported.stderr);
    assert.deepEqual(await served(minio, "private", release.files), expected);
  });

  await t.step("a bucket that is to stay private is no success", async () => {
    await minio.mc("mb", "test/kept");
    const flags = ["--bucket", "kept", "--anonymous-download", "keep"];
    const imported = await intoMinio(minio, [release.componentTools], flags);
    assert.equal(imported.status, 4);
    assert.match(imported.stderr, / answers 403\n/);
  });

  await t.step("what somebody changed or removed is written again", async () => {
    const key = "test/kubean/tools/bin/tool-5.sh";
    await minio.mc("cp", "test/kubean/tools/bin/tool-6.sh", key);
    await minio.mc("rm", "test/kubean/tools/bin/tool-7.sh");
    const verified = await intoMinio(minio, [], ["--bucket", "kubean"], "verify");
    assert.equal(verified.status, 5, verified.stderr);
    assert.match(verified.stdout, /different .*tool-5\.sh/);
    assert.match(verified.stdout, /missing .*tool-7\.sh/);
    const mended = await intoMinio(minio, packages, ["--bucket", "kubean"]);
    assert.match(mended.stdout, /: 2 written, 44 unchanged$/m);
    assert.deepEqual(await served(minio, "kubean", release.files), expected);
  });

  await t.step("a damaged package changes nothing", async () => {
    const before = await minio.mc("ls", "--recursive", "--json", "test/kubean");
    const bytes = await Deno.readFile(release.offlineFiles);
    bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1;
    const damaged = `${release.folder}/damaged.tar.gz`;
    await Deno.writeFile(damaged, bytes);
    const refused = await intoMinio(minio, [damaged], ["--bucket", "kubean", "--force", ...PARTS]);
    assert.equal(refused.status, 3, refused.stderr);
    assert.equal(await minio.mc("ls", "--recursive", "--json", "test/kubean"), before);
    assert.deepEqual(await unfinishedUploads(minio), []);
  });

  await t.step(
    "SIGTERM leaves what was sent to the next import, and nothing after it",
    async () => {
      const flags = ["--bucket", "stopped", "--endpoint", minio.url, "--username", minio.user];
      const env = { BINIMPORT_PASSWORD: minio.password };
      const begun = async () => (await unfinishedUploads(minio)).length > 0;
      const args = [...flags, ...PARTS];
      const stalled = await stalledImport(release.offlineFiles, args, begun, env);
      const stopped = await stalled.stop("SIGTERM");
      assert.equal(stopped.status, 143, stopped.stderr);
      assert.equal(await minio.mc("ls", "--recursive", "test/stopped"), "", "nothing is published");
      const again = await binimport(
        ["import", release.offlineFiles, "--adapter", "minio", ...args],
        {
          env,
        },
      );
      assert.equal(again.status, 0, again.stderr);
      assert.deepEqual(await unfinishedUploads(minio), []);
    },
  );

  await t.step("a dry run makes no bucket", async () => {
    const dry = await intoMinio(minio, packages, ["--bucket", "dry", "--dry-run"]);
    assert.equal(dry.status, 0, dry.stderr);
    assert.match(dry.stdout, /: 46 to write, 0 unchanged$/m);
    assert.doesNotMatch(await minio.mc("ls", "test"), /\bdry\b/);
  });
});

testWithTools("e2e: MinIO: who may not is told so", NEEDED, async (t) => {
  await using release = await makeRelease();
  await using minio = await startMinio();
  const tools = [release.componentTools];

  await t.step("a wrong password", async () => {
    const refused = await intoMinio(minio, tools, [], "import", "not-the-password");
    assertRefused(refused, /password|credentials/i);
    assertSilent(refused, "not-the-password");
  });

  await t.step("no user of that name", async () => {
    const env = { BINIMPORT_PASSWORD: minio.password };
    const args = ["import", ...tools, "--endpoint", minio.url, "--username", "nobody"];
    assertRefused(await binimport(args, { env }), /user|access key/i);
  });

  await t.step("a user who may only read", async () => {
    await minio.mc("mb", "test/kubean");
    await minio.mc("admin", "user", "add", "test", "reader", "reader-password");
    await minio.mc("admin", "policy", "attach", "test", "readonly", "--user", "reader");
    const env = { BINIMPORT_PASSWORD: "reader-password" };
    const args = ["import", ...tools, "--endpoint", minio.url, "--username", "reader"];
    const refused = await binimport(args, { env });
    assertRefused(refused, /may not|denied|forbid/i);
    assertSilent(refused, "reader-password");
  });

  await t.step("nobody listens there", async () => {
    const env = { BINIMPORT_PASSWORD: minio.password };
    const endpoint = `http://127.0.0.1:${freePort()}`;
    const args = ["import", ...tools, "--endpoint", endpoint, "--username", minio.user];
    const refused = await binimport([...args, "--retries", "0"], { env });
    assertRefused(refused, /refused|connect/);
    assertSilent(refused, minio.password);
  });

  await t.step("no such host", async () => {
    const env = { BINIMPORT_PASSWORD: minio.password };
    const endpoint = "http://minio.invalid:9000"; // RFC 2606: never a name
    const args = ["import", ...tools, "--endpoint", endpoint, "--username", minio.user];
    assertRefused(await binimport([...args, "--retries", "0"], { env }), /minio\.invalid/);
  });
});

testWithTools("e2e: MinIO: every way to give the password, and none tells it", NEEDED, async () => {
  await using release = await makeRelease();
  await using minio = await startMinio();
  const { url, user, password } = minio;
  const file = `${release.folder}/password`;
  await Deno.writeTextFile(file, `${password}\n`);
  const named = ["--endpoint", url, "--username", user];
  const alias = url.replace("://", `://${user}:${password}@`); // as mc has it: not escaped
  const ways: readonly Parameters<typeof binimport>[] = [
    [named, { env: { BINIMPORT_PASSWORD: password } }],
    [[...named, "--password-file", file]],
    [[...named, "--password-file", "-"], { stdin: new Blob([password]).stream() }],
    [["--endpoint", url], { env: { MINIO_ROOT_USER: user, MINIO_ROOT_PASSWORD: password } }],
    [["--endpoint", url], { env: { AWS_ACCESS_KEY_ID: user, AWS_SECRET_ACCESS_KEY: password } }],
    [["--endpoint", "site"], { env: { MC_HOST_site: alias } }],
    [["--to", `minio:${url}/kubean`, "--username", user], {
      env: { BINIMPORT_PASSWORD: password },
    }],
  ];
  for (const [i, [flags, options]] of ways.entries()) {
    const bucket = flags.includes("--to") ? [] : ["--bucket", `way-${i}`];
    const args = ["import", release.componentTools, ...flags, ...bucket, "--verbose"];
    const imported = await binimport(args, options);
    assert.equal(imported.status, 0, `${flags.join(" ")}: ${imported.stderr}`);
    assertSilent(imported, password);
  }
  const manifest = await minio.mc("cat", "test/kubean/.binimport/manifest.json");
  assert(!manifest.includes(password));
});

testWithTools("e2e: one reading into a web root and into MinIO", NEEDED, async () => {
  await using release = await makeRelease();
  await using minio = await startMinio();
  const root = `${release.folder}/www`;
  await Deno.mkdir(root);
  const { url, user, password } = minio;
  const stdin = (await Deno.open(release.offlineFiles)).readable;
  const targets = ["--to", `nginx-fs:${root}`, "--to", `minio:${url}/kubean`, "--username", user];
  const { status, stdout, stderr } = await binimport(["import", "-", ...targets, ...PARTS], {
    stdin,
    env: { BINIMPORT_PASSWORD: password },
  });
  assert.equal(status, 0, stderr);
  assert.equal(stdout.match(/: 6 written, 0 unchanged$/gm)?.length, 2);
  const files = new Map([...release.files].filter(([key]) => !key.startsWith("tools/")));
  assert.deepEqual(await served(minio, "kubean", files), digests(files));
});

/** Runs the program against the server, as its owner unless another password is given. */
function intoMinio(
  { url, user, password }: MinioServer,
  packages: readonly string[],
  flags: readonly string[],
  verb = "import",
  given = password,
): Promise<Ended> {
  const args = [verb, ...packages, "--endpoint", url, "--username", user, ...flags];
  return binimport(args, { env: { BINIMPORT_PASSWORD: given } });
}

function served(
  { url }: MinioServer,
  bucket: string,
  files: Tree,
): Promise<Record<string, string>> {
  return digestsServed(`${url}/${bucket}/`, files.keys());
}

function assertRefused({ status, stdout, stderr }: Ended, message: RegExp): void {
  assert.equal(status, 4, stderr);
  assert.equal(stdout, "");
  assert.match(stderr, /^error: Cannot /);
  assert.match(stderr, message);
  assert.doesNotMatch(stderr, /^\s+at /m);
}

/** The password shows nowhere, neither plain nor as it stands in a URL. */
function assertSilent({ stdout, stderr }: Ended, password: string): void {
  for (const form of [password, encodeURIComponent(password)]) {
    assert(!`${stdout}${stderr}`.includes(form), "it told the password");
  }
}
