/** The password shows nowhere: not printed, not written, not handed to a child, not in a crash. */
import assert from "node:assert/strict";
import { gzipSync } from "node:zlib";
import { makeCertificates } from "../support/certificates.ts";
import { binimport, type Ended, outcome, start } from "../support/e2e/run.ts";
import { makeRoot } from "../support/e2e/targets.ts";
import { startFaultyProxy } from "../support/faulty_proxy.ts";
import { type MinioServer, startMinio } from "../support/minio_server.ts";
import { freePort } from "../support/ports.ts";
import { makeReleases, PARTS } from "../support/reliability/releases.ts";
import { reliabilityTest } from "../support/reliability/trials.ts";
import { tool } from "../support/require.ts";
import { tarArchive } from "../support/tar_builder.ts";

/** The forms that a secret takes on its way: plain, in URLs and JSON, and in Basic credentials. */
function formsOf(user: string, secret: string): string[] {
  const escaped = encodeURIComponent(secret);
  const base64 = (text: string) => btoa(text).replace(/=+$/, "");
  return [
    secret,
    escaped,
    escaped.replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`),
    escaped.toLowerCase(),
    JSON.stringify(secret).slice(1, -1),
    base64(secret),
    base64(`${user}:${secret}`),
  ];
}

function assertSilent(text: string, forms: readonly string[], where: string): void {
  for (const form of forms) assert(!text.includes(form), `${where} tells the password as ${form}`);
  assert.doesNotMatch(text, /X-Amz-Signature|AWS4-HMAC-SHA256|Authorization:/i, `${where}: signed`);
}

/** Everything that lies below a folder, as one text. */
async function contentBelow(folder: string): Promise<string> {
  let text = "";
  for await (const { name, isDirectory, isFile } of Deno.readDir(folder)) {
    const path = `${folder}/${name}`;
    if (isDirectory) text += await contentBelow(path);
    else if (isFile) text += `${path}\n${await Deno.readTextFile(path)}`;
  }
  return text;
}

reliabilityTest({
  fault: "every command that takes a password, and every way in which it fails",
  outcome: "the password and the signatures are in no output, file or report",
  needs: ["tar", "minio", "mc"],
  file: import.meta.url,
}, async (tried) => {
  await using releases = await makeReleases();
  await using server = await startMinio();
  await using proxy = await startFaultyProxy(server.url, () => ({
    kind: "answer",
    status: 500,
    body: "<Error><Code>InternalError</Code><Message>no</Message></Error>",
  }));
  const { folder } = releases;
  const { user, password } = server;
  const damaged = `${folder}/damaged.tar.gz`;
  await Deno.writeFile(damaged, gzipSync(tarArchive({ name: "a/../../b" })));
  const config = `${folder}/clusterConfig.yaml`;
  await Deno.writeTextFile(
    config,
    "apiVersion: provision.daocloud.io/v1alpha4\nkind: ClusterConfig\nspec:\n  binaries:\n    type: builtin\n",
  );
  const forms = formsOf(user, password);
  const named = ["--username", user, ...PARTS];
  const at = (url: string) => ["--endpoint", url, ...named, "--verbose"];
  const archive = releases.old.archive;
  const nobody = `http://127.0.0.1:${freePort()}`;
  const report = `${folder}/report.html`;
  const runs: readonly (readonly string[])[] = [
    ["import", archive, ...at(server.url), "--report", report],
    ["import", archive, ...at(server.url), "--json"],
    ["import", archive, ...at(server.url), "--dry-run"],
    ["import", damaged, ...at(server.url)],
    ["import", archive, ...at(server.url), "--bucket", "Not.A_bucket"],
    ["import", archive, ...at(server.url), "--part-size", "1"],
    ["import", archive, ...at(nobody), "--retries", "0"],
    ["import", archive, ...at(proxy.url), "--retries", "1"],
    ["import", archive, ...at("http://no-such-host.invalid:9000"), "--retries", "0"],
    ["import", archive, "--endpoint", `http://${user}:${password}@127.0.0.1:1`, ...named],
    ["import", archive, "--endpoint", `http://${user}:${encodeURIComponent(password)}@[::1]:1`],
    ["import", archive, "--to", `minio:http://x:${encodeURIComponent(password)}@h/b`, ...named],
    ["verify", ...at(server.url)],
    ["verify", ...at(nobody), "--retries", "0"],
    ["prune", archive, ...at(server.url)],
    ["config", "set", config, "--endpoint", server.url, "--username", user],
    ["config", "set", config, "--endpoint", "not a url", "--username", user],
    ["config", "get", config],
    ["config", "get", config, "--json"],
    ["config", "check", config, "--json"],
    ["config", "check", config, "--online"],
    ["config", "vars", config],
    ["import", archive, "--cluster-config", config, "--verbose"],
  ];
  for (const args of runs) {
    const { stdout, stderr } = await binimport(args, { env: { BINIMPORT_PASSWORD: password } });
    // What somebody types himself is his own; that it is not repeated is what counts.
    assertSilent(`${stdout}${stderr}`, forms, args.join(" ").replaceAll(password, "…"));
    tried();
  }
  assertSilent(await Deno.readTextFile(report), forms, "the report");
  await server.mc("mirror", "test/kubean", `${folder}/bucket`);
  assertSilent(await contentBelow(`${folder}/bucket/.binimport`), forms, "the manifest");
  tried();
});

/** A plug-in that runs a child, which shows what it was given. */
const RUNS_A_CHILD = `
export default {
  apiVersion: 1,
  name: "child",
  summary: "runs a child",
  options: {},
  parse: () => ({}),
  async open(_, host) {
    const { stdout } = await new Deno.Command("env").output();
    throw host.error("target", "Cannot open: " + new TextDecoder().decode(stdout));
  },
};
`;

reliabilityTest({
  fault: "children of the process, started by a plug-in or for locate",
  outcome: "have no password in their arguments or environment",
  needs: ["strace", "env"],
  file: import.meta.url,
}, async (tried) => {
  await using root = await makeRoot();
  const plugin = `${root.path}/child.ts`;
  const trace = `${root.path}/trace`;
  await Deno.writeTextFile(plugin, RUNS_A_CHILD);
  const secret = "hush/+@%";
  const variables = [
    "BINIMPORT_PASSWORD",
    "BINIMPORT_TOKEN",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "MINIO_ROOT_PASSWORD",
  ];
  const env = {
    ...Object.fromEntries(variables.map((name) => [name, secret])),
    MC_HOST_site: `http://user:${secret}@127.0.0.1:1`,
  };
  const runs = [
    ["import", "--adapter", plugin],
    ["locate", "--url", "http://127.0.0.1:80/"],
    ["locate", "--url", "http://127.0.0.1:80/", "--container", "x"],
    ["import", "--url", "http://127.0.0.1:80/", "x.tar.gz"],
  ];
  let children = 0;
  for (const args of runs) {
    const strace = [tool("strace") ?? "strace", "-f", "-v", "-s", "65536"];
    const under = [...strace, "-e", "trace=execve", "-o", trace];
    const { stdout, stderr } = await outcome(start(args, { env, under }));
    assertSilent(`${stdout}${stderr}`, formsOf("user", secret), args.join(" "));
    const [own = "", ...others] = (await Deno.readTextFile(trace)).split("\n")
      .filter((line) => line.includes("execve("));
    assert(own.includes(secret), "the trace shows environments");
    for (const child of others) assertSilent(child, formsOf("user", secret), "a child");
    children += others.length;
    tried();
  }
  assert(children > 0);
});

reliabilityTest({
  fault: "a password file that others may read",
  outcome: "is warned of; one of the owner's alone is not",
  needs: ["minio", "mc", "tar"],
  file: import.meta.url,
}, async (tried) => {
  await using releases = await makeReleases();
  await using server = await startMinio();
  const file = `${releases.folder}/password`;
  await Deno.writeTextFile(file, `${server.password}\n`);
  const args = ["verify", "--endpoint", server.url, "--username", server.user];
  for (const [mode, warns] of [[0o644, true], [0o640, true], [0o600, false]] as const) {
    await Deno.chmod(file, mode);
    const { stderr } = await binimport([...args, "--password-file", file]);
    assert.equal(
      /warning: Other users can read .*password" of --password-file/.test(stderr),
      warns,
    );
    tried();
  }
});

reliabilityTest({
  fault: "--insecure-skip-tls-verify, by option and by variable",
  outcome: "is warned of once; without it a certificate that nobody signed is refused",
  needs: ["minio", "mc", "tar", "openssl"],
  file: import.meta.url,
}, async (tried) => {
  await using releases = await makeReleases();
  await using certificates = await makeCertificates(["IP:127.0.0.1"]);
  await using server = await startMinio({ certificates: certificates.folder });
  const refused = await overTls(server, releases.old.archive, [], {});
  assert.equal(refused.status, 4);
  assert.match(refused.stderr, /certificate is not trusted.*\n {2}Give --ca-file/);
  const flag = await overTls(server, releases.old.archive, ["--insecure-skip-tls-verify"], {});
  const variable = { BINIMPORT_INSECURE_SKIP_TLS_VERIFY: "yes" };
  const byVariable = await overTls(server, releases.old.archive, [], variable);
  for (const { status, stderr } of [flag, byVariable]) {
    assert.equal(status, 0, stderr);
    assert.equal(stderr.match(/is not checked to be the server/g)?.length, 1, stderr);
  }
  const no = await overTls(server, releases.old.archive, [], {
    BINIMPORT_INSECURE_SKIP_TLS_VERIFY: "no",
  });
  assert.equal(no.status, 4, no.stderr);
  tried(4);
});

function overTls(
  { url, user, password }: MinioServer,
  archive: string,
  flags: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<Ended> {
  const args = ["import", archive, "--endpoint", url, "--username", user, ...flags];
  return binimport(args, { env: { ...env, BINIMPORT_PASSWORD: password } });
}
