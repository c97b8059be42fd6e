/** `--expect` of verify, list, import and doctor, over real servers. */
import { deepEqual, equal, match, ok } from "node:assert/strict";
import { createHash } from "node:crypto";
import { type Ended, runHere } from "../support/cli/test_context.ts";
import { type MinioServer, startMinio } from "../support/minio_server.ts";
import { startNginx } from "../support/nginx_server.ts";
import { freePort } from "../support/ports.ts";
import { testWithTools } from "../support/require.ts";

const KUBELET = "dl.k8s.io/release/v1.32.4/bin/linux/amd64/kubelet";
const OLDER = "dl.k8s.io/release/v1.32.2/bin/linux/amd64/kubelet";
const FILES: Readonly<Record<string, string>> = {
  [OLDER]: "kubelet 1.32.2",
  "dl.k8s.io/release/v1.31.9/bin/linux/amd64/kubelet": "kubelet 1.31.9",
  "github.com/a/b/releases/download/v1.0.0/b-linux-arm64.tar.gz": "b",
  "get.helm.sh/helm-v3.17.0-linux-amd64.tar.gz": "helm",
  "unasked/x": "x",
};
const sum = (text: string) => createHash("sha256").update(text).digest("hex");

/** What is expected of FILES: one thing of each state. */
const LIST = [
  "https://github.com/a/b/releases/download/v1.0.0/b-linux-arm64.tar.gz",
  `https://${KUBELET}`,
  "https://h.example/{{ some_version }}/x",
  "",
].join("\n");
const SUMS = `${sum("other")}  get.helm.sh/helm-v3.17.0-linux-amd64.tar.gz\n`;

interface Site extends AsyncDisposable {
  readonly root: string;
  readonly args: readonly string[];
}

async function makeSite(): Promise<Site> {
  const folder = await Deno.makeTempDir({ prefix: "binimport-expect-" });
  await Deno.chmod(folder, 0o755);
  const root = `${folder}/root`;
  for (const [key, text] of Object.entries(FILES)) {
    await Deno.mkdir(`${root}/${key}`.replace(/[^/]*$/, ""), { recursive: true });
    await Deno.writeTextFile(`${root}/${key}`, text);
  }
  await Deno.writeTextFile(`${folder}/files.list`, LIST);
  await Deno.writeTextFile(`${folder}/SHA256SUMS`, SUMS);
  return {
    root,
    args: ["--expect", `${folder}/files.list`, "--expect", `${folder}/SHA256SUMS`, "--json"],
    [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }),
  };
}

function eventsOf({ stdout }: Ended): Record<string, unknown>[] {
  return stdout.trim().split("\n").map((line) => JSON.parse(line));
}

/** Checks that each thing has the state that LIST and SUMS give it. */
function checkStates(ended: Ended, nearest: string | undefined = OLDER): void {
  equal(ended.status, 5, ended.stderr);
  const events = eventsOf(ended);
  const expected = events.filter(({ event }) => event === "expected");
  deepEqual(Object.fromEntries(expected.map(({ key, state }) => [key, state])), {
    "github.com/a/b/releases/download/v1.0.0/b-linux-arm64.tar.gz": "present",
    [KUBELET]: "missing",
    "https://h.example/{{ some_version }}/x": "undecided",
    "get.helm.sh/helm-v3.17.0-linux-amd64.tar.gz": "different",
  });
  const missing = expected.find(({ state }) => state === "missing");
  deepEqual([missing?.["nearest"], missing?.["url"]], [nearest, `https://${KUBELET}`]);
  match(
    String(expected.find(({ state }) => state === "undecided")?.["detail"]),
    /^some_version is/,
  );
  const summary = events.at(-1);
  const counts = ["ok", "expected", "missing", "different", "undecided"].map((one) =>
    summary?.[one]
  );
  deepEqual(counts, [false, 4, 1, 1, 1]);
}

testWithTools("expect: a root, a URL alone, and both", ["nginx"], async () => {
  await using site = await makeSite();
  await using nginx = await startNginx(site.root);
  const verify = (...args: readonly string[]) => runHere(["verify", ...args, ...site.args]);
  const inRoot = await verify("--root", site.root);
  checkStates(inRoot);
  equal(eventsOf(inRoot).at(-1)?.["extra"], 3, "nobody asks for the other ones");
  checkStates(await verify("--root", site.root, "--url", nginx.url));
  checkStates(await verify("--root", site.root, "--url", nginx.url, "--verify", "target"));
  for (const url of [nginx.url, nginx.url.slice(0, -1)]) checkStates(await verify("--url", url));
  const asked = await nginx.requests();
  ok(asked.every((line) => line.endsWith(" -")), "without credentials");
  const text = await runHere([
    "verify",
    "--url",
    nginx.url,
    ...site.args.filter((one) => one !== "--json"),
  ]);
  match(text.stdout, /^missing {4}.*kubelet {2}\(.*v1\.32\.2.* is there\)$/m);
  match(text.stdout, /^ {2}amd64 +0 +1 +1 +0\n {2}any +0 +0 +0 +1\n {2}arm64 +1 +0 +0 +0$/m);
});

testWithTools("expect: packages before an import, and an import itself", ["nginx"], async () => {
  await using site = await makeSite();
  checkStates(await runHere(["list", site.root, ...site.args]));
  const target = await Deno.makeTempDir();
  try {
    const args = [site.root, "--root", target, ...site.args];
    checkStates(await runHere(["import", ...args, "--dry-run"]));
    deepEqual([...Deno.readDirSync(target)].map(({ name }) => name), []);
    checkStates(await runHere(["import", ...args]));
    await Deno.writeTextFile(
      `${target}/github.com/a/b/releases/download/v1.0.0/b-linux-arm64.tar.gz`,
      "",
    );
    const cut = await runHere(["verify", "--root", target, ...site.args]);
    match(cut.stdout, /b-linux-arm64\.tar\.gz".*"state":"different"/, "its length was recorded");
    const doctor = await runHere(["doctor", "--root", target, ...site.args]);
    equal(doctor.status, 5);
    match(doctor.stdout, /"check":"expected","state":"problem","message":"0 of 4 files/);
    const bad = await runHere([
      "import",
      site.root,
      "--root",
      `${target}/none`,
      "--expect",
      "/none",
    ]);
    equal(bad.status, 3, "a list that is none stops it before anything is written");
    ok(!(await Deno.stat(`${target}/none`).then(() => true, () => false)));
  } finally {
    await Deno.remove(target, { recursive: true });
  }
});

testWithTools(
  "expect: a bucket, with credentials and by its URL alone",
  ["minio", "mc"],
  async () => {
    await using site = await makeSite();
    await using server = await startMinio();
    await server.mc("mb", "test/kubean");
    const closed = await runHere(["verify", "--url", `${server.url}/kubean`, ...site.args]);
    const states = new Set(
      eventsOf(closed).map(({ state }) => state).filter((one) => one !== undefined),
    );
    deepEqual([closed.status, [...states]], [5, ["undecided"]], "403 is no proof of anything");
    await server.mc("anonymous", "set", "download", "test/kubean");
    await server.mc("mirror", "--quiet", `${site.root}/`, "test/kubean");
    checkStates(await runHere(["verify", ...bucket(server), ...site.args], secrets(server)));
    checkStates(await runHere(["verify", "--url", `${server.url}/kubean`, ...site.args]));
  },
);

const bucket = (
  { url }: MinioServer,
) => ["--adapter", "minio", "--endpoint", url, "--bucket", "kubean"];
const secrets = ({ user, password }: MinioServer) => ({
  BINIMPORT_USERNAME: user,
  BINIMPORT_PASSWORD: password,
});

testWithTools(
  "expect: a server that says yes to everything, and one that is down",
  ["nginx"],
  async () => {
    await using site = await makeSite();
    const statesOf = (ended: Ended) =>
      eventsOf(ended).filter(({ event }) => event === "expected").map(({ state }) => state).sort();
    {
      const directives = "try_files $uri /unasked/x;";
      await using nginx = await startNginx(site.root, { directives });
      const all = await runHere(["verify", "--url", nginx.url, ...site.args]);
      equal(all.status, 5);
      deepEqual(statesOf(all), ["different", "undecided", "undecided", "undecided"]);
      match(all.stdout, /200 to names that do not exist/);
    }
    const url = `http://127.0.0.1:${freePort()}/`;
    const down = await runHere(["verify", "--url", url, ...site.args]);
    equal(down.status, 5);
    deepEqual(statesOf(down), ["undecided", "undecided", "undecided", "undecided"]);
    match(down.stdout, new RegExp(`Cannot fetch ${url.slice(0, -1)}: the connection was refused`));
  },
);

Deno.test("expect: what cannot be used", async () => {
  const list = await Deno.makeTempFile();
  try {
    await Deno.writeTextFile(list, "a.example/b\n");
    const status = async (...args: string[]) => (await runHere(["verify", ...args])).status;
    equal(await status("--url", "http://u:p@h/", "--expect", list), 2);
    equal(await status("--url", "ftp://h/", "--expect", list), 2);
    equal(await status("--root", "/tmp", "--expect", list, "--set", "=x"), 2);
    equal(await status("--root", "/tmp", "--expect", list, "--set", "/none.yaml"), 3);
    equal(await status("--root", "/tmp", "--expect", "/none"), 3);
  } finally {
    await Deno.remove(list);
  }
});

Deno.test("expect: what the server's user may not read is not there for nodes", async () => {
  await using site = await makeSite();
  const key = "github.com/a/b/releases/download/v1.0.0/b-linux-arm64.tar.gz";
  await Deno.chmod(`${site.root}/${key}`, 0o600);
  const events = eventsOf(await runHere(["verify", "--root", site.root, ...site.args]));
  const found = events.find((event) => event["key"] === key);
  equal(found?.["state"], "undecided");
  match(String(found["detail"]), /permissions keep the server's user from it/);
});
