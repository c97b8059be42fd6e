/** `import --cluster-config FILE [--write-config]`, with a plain HTTP server. */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { type Ended, runHere } from "../support/cli/test_context.ts";
import { tarGz } from "../support/packages.ts";

/** A package, a served folder, and a file in which the cluster's own server is named. */
interface Site extends AsyncDisposable {
  readonly folder: string;
  readonly root: string;
  readonly url: string;
  /** What the server was asked for. */
  readonly asked: string[];
  /** The file's text. */
  text(): string;
  /** Imports with the file. */
  run(args: readonly string[], env?: Readonly<Record<string, string>>): Promise<Ended>;
}

const HEAD =
  "apiVersion: provision.daocloud.io/v1alpha4\nkind: ClusterConfig\nspec:\n  binaries:\n";
const BUILTIN = `${HEAD}    type: builtin # as delivered\n`;

async function site(text: string): Promise<Site> {
  const folder = await Deno.makeTempDir({ prefix: "binimport-cluster-" });
  const root = `${folder}/www`;
  await Deno.mkdir(root);
  await Deno.chmod(folder, 0o755);
  const asked: string[] = [];
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
    const { pathname } = new URL(request.url);
    asked.push(pathname);
    const bytes = await Deno.readFile(root + pathname).catch(() => undefined);
    return bytes === undefined ? new Response(null, { status: 404 }) : new Response(bytes);
  });
  const [archive, file] = [`${folder}/offline-files.tar.gz`, `${folder}/cluster.yaml`];
  await Deno.writeFile(archive, tarGz({ "dl.k8s.io/kubelet": "ELF" }));
  const url = `http://127.0.0.1:${server.addr.port}`;
  await Deno.writeTextFile(file, text.replaceAll("URL", url));
  return {
    folder,
    root,
    url,
    asked,
    text: () => Deno.readTextFileSync(file),
    run: (args, env) => runHere(["import", archive, "--cluster-config", file, ...args], env),
    async [Symbol.asyncDispose]() {
      await server.shutdown();
      await Deno.remove(folder, { recursive: true });
    },
  };
}

/** Names of what lies in a folder. */
function names(folder: string): string[] {
  return [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
}

const FILES = ["cluster.yaml", "offline-files.tar.gz", "www"];

Deno.test("after a verified import, the file names the URL", async () => {
  await using here = await site(BUILTIN);
  const { root, url, folder } = here;
  const target = ["--root", root, "--url", `${url}/`, "--write-config"];
  const first = await here.run(target);
  equal(first.status, 0);
  match(
    first.stderr,
    /^warning: .*cluster\.yaml:6: "http:.*" is each node itself, not this host\n/,
  );
  match(
    first.stdout,
    /^Imported 1 file[^]*\nChanged .*cluster\.yaml\n {2}type: builtin → external\n/,
  );
  equal(
    here.text(),
    `${HEAD}    type: external # as delivered\n    externalRepoEndpoint: ${url}\n`,
  );
  deepEqual(names(folder), ["cluster.yaml", "cluster.yaml.bak", ...FILES.slice(1)]);

  const again = await here.run([...target, "--json"]);
  equal(again.status, 0);
  const events = again.stdout.trim().split("\n").map((line) => JSON.parse(line));
  deepEqual(events.slice(-3).map(({ event }) => event), ["summary", "config", "warning"]);
  equal(events.at(-2).action, "unchanged");
});

Deno.test("the file's URL is where an import is proved", async () => {
  await using here = await site(`${HEAD}    type: external\n    externalRepoEndpoint: URL\n`);
  const before = here.text();
  const { status, stderr } = await here.run(["--root", here.root]);
  equal(status, 0);
  match(
    stderr,
    /^Next:\n {2}binimport config vars .*\n {2}binimport node-check --url http:\S+ \| ssh NODE sh\n$/,
    "each step can be typed: no file of kubean's is named that is not there",
  );
  await Deno.writeTextFile(`${here.folder}/localartifactset.cr.yaml`, "kind: LocalArtifactSet\n");
  const beside = await here.run(["--root", here.root]);
  ok(beside.stderr.includes(`kubectl apply -f ${here.folder}/localartifactset.cr.yaml `));
  ok(here.asked.includes("/dl.k8s.io/kubelet"));
  equal(here.text(), before);
});

Deno.test("an import that is not proved leaves the file as it is", async () => {
  await using here = await site(BUILTIN);
  const elsewhere = ["--root", here.root, "--url", `${here.url}/elsewhere/`, "--write-config"];
  const { status, stderr } = await here.run(elsewhere);
  equal(status, 4, stderr);
  equal(here.text(), BUILTIN);
  deepEqual(names(here.folder), FILES);
});

Deno.test("a dry run tells what would change", async () => {
  await using here = await site(BUILTIN);
  const target = ["--root", here.root, "--url", here.url, "--write-config", "--dry-run"];
  const { status, stdout } = await here.run(target);
  equal(status, 0);
  match(stdout, /Dry run: 1 file[^]*\nWould change /);
  equal(here.text(), BUILTIN);
  deepEqual(here.asked, []);
});

Deno.test("a dry run finds a root that is not there", async () => {
  await using here = await site(BUILTIN);
  const { status, stderr } = await here.run(["--root", `${here.root}/missing`, "--dry-run"]);
  equal(status, 4);
  match(
    stderr,
    /\nerror: Cannot write into ".*missing": no such folder\n {2}Create it with mkdir -p/,
  );
});

/** Before anything is imported. */
const refused: readonly [
  title: string,
  file: string,
  args: readonly string[],
  status: number,
  message: RegExp,
][] = [
  ["no URL is known", BUILTIN, ["--root", "ROOT"], 2, /no URL is known\n.*--url/],
  [
    "what is not proved",
    BUILTIN,
    ["--root", "ROOT", "--url", "http://h", "--verify", "off"],
    2,
    /--write-config with --verify off/,
  ],
  ["a target that nodes cannot fetch from", BUILTIN, ["--adapter", "memory"], 2, /from memory\n/],
  [
    "two that they could fetch from",
    BUILTIN,
    ["--to", "nginx-fs:ROOT", "--to", "nginx-fs:ROOT", "--url", "http://h"],
    2,
    /with these targets: nodes could fetch from http:\/\/h or http:\/\/h\n/,
  ],
  ["YAML that is broken", "a: [\n", ["--root", "ROOT", "--url", "http://h"], 3, /:2:1|line 2/],
  [
    "a block that something else shares",
    "apiVersion: provision.daocloud.io/v1alpha4\nkind: ClusterConfig\nspec:\n" +
    "  binaries: &b\n    type: builtin\n  osRepos: *b\n",
    ["--root", "ROOT", "--url", "http://h"],
    3,
    /osRepos|alias|anchor/,
  ],
];

for (const [title, file, args, expected, message] of refused) {
  Deno.test(`refused before an import: ${title}`, async () => {
    await using here = await site(file);
    const given = args.map((arg) => arg.replace("ROOT", here.root));
    const { status, stdout, stderr } = await here.run([...given, "--write-config"]);
    equal(status, expected, stderr);
    match(stderr, message);
    equal(stdout, "");
    equal(here.text(), file);
    deepEqual(names(here.root), []);
  });
}

Deno.test("of several targets, the one that nodes can fetch from is written", async () => {
  await using here = await site(BUILTIN);
  const targets = ["--to", "memory", "--to", `nginx-fs:${here.root}`, "--url", here.url];
  const { status, stderr } = await here.run([...targets, "--write-config"]);
  equal(status, 0, stderr);
  ok(here.text().includes(`externalRepoEndpoint: ${here.url}\n`));
});

Deno.test("--write-config mends a file that names no usable repository", async () => {
  const half = `${HEAD}    type: external\n    externalRepoUsername: left\n`;
  await using here = await site(`${half}    externalRepoEndpoint: http://gone:9000\n`);
  const target = ["--root", here.root, "--url", here.url];
  const read = await here.run(target);
  equal(read.status, 3);
  match(read.stderr, /"externalRepoPassword" is missing/);
  const written = await here.run([...target, "--write-config"]);
  equal(written.status, 0, written.stderr);
  equal(here.text(), `${HEAD}    type: external\n    externalRepoEndpoint: ${here.url}\n`);
});

Deno.test("without --write-config, a file that names another place is told", async () => {
  await using other = await site(
    `${HEAD}    type: external\n    externalRepoEndpoint: http://h:1\n`,
  );
  const told = await other.run(["--root", other.root, "--url", other.url]);
  equal(told.status, 0);
  match(told.stderr, /^warning: Nodes fetch from http:\/\/h:1, says .* no target of this import\n/);
  await using builtin = await site(BUILTIN);
  const none = await builtin.run(["--root", builtin.root]);
  const named = /names no external repository: its form is builtin\n {2}Use --write-config/;
  match(none.stderr, named);
  const nowhere = await builtin.run([]);
  equal(nowhere.status, 2);
  match(nowhere.stderr, named); // beside the error, which says that no target is known
});

Deno.test("in S3 form, the file names the server and its user", async () => {
  const user = "    externalRepoUsername: u\n    externalRepoPassword: hunter2\n";
  const nobody = "    externalRepoEndpoint: http://127.0.0.1:1\n";
  await using here = await site(`${HEAD}    type: external\n${nobody}${user}`);
  const { status, stderr } = await here.run(["--retries", "0"]);
  equal(status, 4);
  match(stderr, /127\.0\.0\.1:1/);
  ok(!stderr.includes("hunter2"));
});

Deno.test("--write-config needs a file, which the environment may name", async () => {
  const { status, stderr } = await runHere(["import", "--write-config", "--root", "/"]);
  equal(status, 2);
  match(stderr, /no file is given\n.*--cluster-config FILE/);
  await using here = await site(BUILTIN);
  const env = {
    BINIMPORT_CLUSTER_CONFIG: `${here.folder}/cluster.yaml`,
    BINIMPORT_WRITE_CONFIG: "yes",
    BINIMPORT_URL: here.url,
  };
  const archive = `${here.folder}/offline-files.tar.gz`;
  const written = await runHere(["import", archive, "--root", here.root], env);
  equal(written.status, 0, written.stderr);
  ok(here.text().includes(here.url));
});
