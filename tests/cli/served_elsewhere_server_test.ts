/** A store whose files nodes fetch from another address: what is set follows `--url`. */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { runHere } from "../support/cli/test_context.ts";
import { startDaemon } from "../support/daemon.ts";
import { caddy, startSite } from "../support/http_servers.ts";
import { tarGz } from "../support/packages.ts";
import { freePort, listens } from "../support/ports.ts";
import { testWithTools } from "../support/require.ts";

const HEAD =
  "apiVersion: provision.daocloud.io/v1alpha4\nkind: ClusterConfig\nspec:\n  k8sVersion: v1.32.4\n";

/** Enough of a program for whoever looks at its first bytes. */
const ELF = "\x7fELF\x02\x01\x01";

/** rclone knows no policies: nobody reads from it without credentials. */
testWithTools("import with --url: config set and config vars go by it", [
  "rclone",
  "caddy",
], async (t) => {
  await using begun = new AsyncDisposableStack();
  const folder = await Deno.realPath(await Deno.makeTempDir({ prefix: "binimport-served-" }));
  begun.defer(() => Deno.remove(folder, { recursive: true }));
  await Deno.chmod(folder, 0o755);
  await Deno.mkdir(`${folder}/data/kubean`, { recursive: true });
  const address = `127.0.0.1:${freePort()}`;
  const keys = "writer,writer-secret";
  begun.use(
    await startDaemon({
      argv: ["rclone", "serve", "s3", `${folder}/data`, "--addr", address, "--auth-key", keys],
      env: { RCLONE_CONFIG: `${folder}/none` },
    }, () => listens(Number(address.split(":")[1]))),
  );
  const site = "http://10.0.1.1:8080 {\nroot * FOLDER\nfile_server\n}\n";
  const { url } = begun.use(await startSite(caddy, site, { folder: `${folder}/data` }));
  const served = `${url}kubean`;
  const [archive, file] = [`${folder}/offline-files.tar.gz`, `${folder}/cluster.yaml`];
  const programs = ["kubelet", "kubeadm", "kubectl"]
    .map((name) => [`dl.k8s.io/release/v1.32.4/bin/linux/amd64/${name}`, ELF]);
  await Deno.writeFile(archive, tarGz(Object.fromEntries(programs)));
  await Deno.writeTextFile(file, HEAD);
  const to = ["--endpoint", `http://${address}`, "--username", "writer"];
  const env = { BINIMPORT_PASSWORD: "writer-secret" };
  const run = async (...args: readonly string[]) => {
    const ended = await runHere(args, env);
    ok(!`${ended.stdout}${ended.stderr}`.includes("writer-secret"));
    return ended;
  };

  await t.step("without --url, the store itself is proved, which serves nobody", async () => {
    const { status, stderr } = await run("import", archive, ...to);
    equal(status, 4);
    match(stderr, /administrator[^]*--url/);
  });

  const withUrl = ["import", archive, ...to, "--url", `${served}/`];

  await t.step("the next steps name the address of nodes, and no user", async () => {
    const { status, stderr } = await run(...withUrl);
    equal(status, 0, stderr);
    match(stderr, new RegExp(`config set clusterConfig.yaml --endpoint ${served}\n`));
    match(stderr, new RegExp(`node-check --url ${served} `));
  });

  await t.step("--write-config writes it in plain HTTP form", async () => {
    const { status, stdout, stderr } = await run(
      ...withUrl,
      "--cluster-config",
      file,
      "--write-config",
    );
    equal(status, 0, stderr);
    match(stdout, new RegExp(`externalRepoEndpoint: \\(none\\) → ${served}\n`));
    const block = `  binaries:\n    type: external\n    externalRepoEndpoint: ${served}\n`;
    equal(await Deno.readTextFile(file), HEAD.replace("spec:\n", `spec:\n${block}`));
  });

  await t.step("config set gives the same file", async () => {
    const other = `${folder}/other.yaml`;
    await Deno.writeTextFile(other, HEAD);
    equal((await runHere(["config", "set", other, "--endpoint", served])).status, 0);
    equal(await Deno.readTextFile(other), await Deno.readTextFile(file));
  });

  await t.step("config vars send nodes there, and nodes find what they ask for", async () => {
    const { stdout } = await runHere(["config", "vars", file, "--json"]);
    const variables = JSON.parse(stdout);
    equal(variables.files_repo, served);
    equal(variables.dl_k8s_io_url, `${served}/dl.k8s.io`);
    const release = "release/v1.32.4/bin/linux/amd64/kubelet";
    equal(await (await fetch(`${variables.dl_k8s_io_url}/${release}`)).text(), ELF);
    const check = await runHere(["config", "check", file, "--online", "--json"]);
    equal(check.status, 0, check.stdout);
    const [summary] = check.stdout.trim().split("\n").map((line) => JSON.parse(line))
      .filter(({ event }) => event === "summary");
    deepEqual([summary.expected, summary.present], [3, 3]);
  });
});
