/** Folders that a web server's user may not enter: found, told once, and told how to mend. */
import assert from "node:assert/strict";
import { dirname } from "node:path";
import { parseServerUser } from "../../../adapters/nginx_fs/accounts.ts";
import nginxFs from "../../../adapters/nginx_fs/mod.ts";
import { classLockedOut } from "../../../adapters/nginx_fs/server_access.ts";
import type { AdapterInput } from "../../../core/storage/adapter.ts";
import { plainHost } from "../../../core/storage/host.ts";
import { httpFetch } from "../../../core/http/client.ts";
import { importPackages } from "../../../core/importer/importer.ts";
import { memoryPackage } from "../../support/packages.ts";
import { tarArchive } from "../../support/tar_builder.ts";
import { testWithTools } from "../../support/require.ts";
import { run } from "../../support/run.ts";
import { text, webRoot } from "../../support/web_root.ts";

/** Puts a key into a folder; gives what was warned of, each as "message | hint". */
async function warningsOf(input: AdapterInput, key = "dl.k8s.io/kubelet"): Promise<string[]> {
  const warnings: string[] = [];
  const host = plainHost({
    warn(code, message, hint) {
      assert.equal(code, "folder-closed");
      warnings.push(`${message} | ${hint}`);
    },
  });
  await using adapter = await nginxFs.open(nginxFs.parse(input, host), host);
  await adapter.prepare?.();
  await adapter.put(key, text("x"));
  await adapter.put(key, text("y"));
  return warnings;
}

Deno.test("a root below a folder that only its owner enters is told, with the command", async () => {
  using root = webRoot();
  const [warning = "", ...more] = await warningsOf({ root: root.path });
  const state = `(mode 0700, owner ${Deno.uid()}:${Deno.gid()})`;
  assert(
    warning.startsWith(`A web server of another user may not enter "${root.outside}" ${state}`),
  );
  assert(warning.includes(`Run chmod o+x ${root.outside}, or`));
  assert(warning.includes("--server-user"));
  assert.deepEqual(more, []);
  await run("chmod", ["o+x", root.outside]);
  assert.deepEqual(await warningsOf({ root: root.path }), []);
});

Deno.test("the owner of the folders and root may enter, nobody may not", async () => {
  using root = webRoot();
  assert.deepEqual(await warningsOf({ root: root.path, serverUser: String(Deno.uid()) }), []);
  assert.deepEqual(await warningsOf({ root: root.path, serverUser: "root" }), []);
  const [warning = "", ...more] = await warningsOf({ root: root.path, serverUser: "nobody" });
  assert(
    warning.startsWith(`The web server's user "nobody" may not enter "${root.outside}" (mode`),
  );
  assert(warning.includes(`chmod o+x ${root.outside}`));
  assert.deepEqual(more, []);
});

Deno.test("a file that others may not read is listed as closed, as stat() tells it", async () => {
  using root = webRoot();
  const host = plainHost();
  await using adapter = await nginxFs.open(nginxFs.parse({ root: root.path }, host), host);
  Deno.writeTextFileSync(`${root.path}/open`, "x", { mode: 0o644 });
  Deno.writeTextFileSync(`${root.path}/closed`, "x", { mode: 0o600 });
  const listed = await Array.fromAsync(
    adapter.list?.("") ?? [],
    ({ key, isClosed }) => [key, isClosed],
  );
  assert.deepEqual(Object.fromEntries(listed), { open: undefined, closed: true });
  assert.equal((await adapter.stat("closed"))?.isClosed, true);
});

Deno.test("a folder in the root that was closed before is told, once", async () => {
  using root = webRoot();
  Deno.chmodSync(root.outside, 0o755);
  Deno.mkdirSync(`${root.path}/dl.k8s.io`, { mode: 0o750 });
  const [warning, ...more] = await warningsOf({ root: root.path });
  assert.match(warning ?? "", /may not enter ".*\/html\/dl\.k8s\.io" \(mode 0750/);
  assert.deepEqual(more, []);
  assert.deepEqual(await warningsOf({ root: root.path }, "github.com/x"), []);
});

Deno.test("a tree that was unpacked under a umask: folders told once, files written again", async () => {
  using root = webRoot();
  Deno.chmodSync(root.outside, 0o755);
  const names = ["dl.k8s.io/kubelet", "dl.k8s.io/v1/kubectl", "get.helm.sh/helm", "open"];
  for (const name of names) {
    Deno.mkdirSync(dirname(`${root.path}/${name}`), { recursive: true });
    Deno.writeTextFileSync(`${root.path}/${name}`, name);
    Deno.chmodSync(`${root.path}/${name}`, name === "open" ? 0o604 : 0o640);
  }
  for (const folder of ["dl.k8s.io", "dl.k8s.io/v1", "get.helm.sh"]) {
    Deno.chmodSync(`${root.path}/${folder}`, 0o750);
  }
  const one = memoryPackage(tarArchive(...names.map((name) => {
    return { name: `offline-files/${name}`, body: new TextEncoder().encode(name) };
  })));
  const importAll = async (input: AdapterInput) => {
    const warnings: string[] = [];
    const host = plainHost({ warn: (code, _, hint) => void warnings.push(`${code} ${hint}`) });
    await using adapter = await nginxFs.open(nginxFs.parse(input, host), host);
    const packageOptions = { stripComponents: "auto", include: [], exclude: [] } as const;
    using fetch = httpFetch();
    const { summary } = await importPackages([one], [adapter], { packageOptions, fetch });
    return { written: summary.written, unchanged: summary.unchanged, warnings };
  };
  const closed = [`folder-closed Run chmod -R o+X ${root.path}, or import into`];
  const first = await importAll({ root: root.path });
  assert.deepEqual([first.written, first.unchanged], [3, 1]);
  assert.equal(first.warnings.length, 1);
  assert(first.warnings[0]?.startsWith(closed[0] ?? ""), first.warnings[0]);
  for (const name of names) assert(((Deno.statSync(`${root.path}/${name}`).mode ?? 0) & 4) !== 0);
  await run("chmod", ["-R", "o+X", root.path]);
  assert.deepEqual(await importAll({ root: root.path }), {
    written: 0,
    unchanged: 4,
    warnings: [],
  });
  Deno.chmodSync(`${root.path}/get.helm.sh/helm`, 0o600);
  const own = { root: root.path, serverUser: String(Deno.uid()) };
  assert.deepEqual(await importAll(own), { written: 0, unchanged: 4, warnings: [] });
  assert.deepEqual(await importAll({ root: root.path, fsync: true }), {
    written: 1,
    unchanged: 3,
    warnings: [],
  });
});

Deno.test("links on the way to the root are followed as the kernel does", async () => {
  using root = webRoot();
  const base = root.outside;
  Deno.chmodSync(base, 0o755);
  Deno.mkdirSync(`${base}/closed`);
  Deno.mkdirSync(`${base}/closed/deep`);
  Deno.chmodSync(`${base}/closed`, 0o700);
  Deno.symlinkSync("closed/deep", `${base}/link`);
  // `link/..` is `closed`, where no lexical reading would go.
  Deno.symlinkSync("link/../../html", `${base}/www`);
  const [warning, ...more] = await warningsOf({ root: `${base}/www` });
  assert(warning?.includes(`may not enter "${base}/closed" (mode 0700`), warning);
  assert.deepEqual(more, []);
  assert.deepEqual(await warningsOf({ root: `${base}/html` }), []);
});

Deno.test("a command is proposed that a shell takes, whatever the path holds", async () => {
  using root = webRoot();
  Deno.chmodSync(root.outside, 0o755);
  const closed = `${root.path}/it's $HOME "x" \\ \x1b[2J é`;
  Deno.mkdirSync(closed);
  Deno.mkdirSync(`${closed}/www`);
  Deno.chmodSync(closed, 0o700);
  const [warning = ""] = await warningsOf({ root: `${closed}/www` });
  assert.doesNotMatch(warning, /\x1b/);
  const command = /Run (chmod .*?), or import/.exec(warning)?.[1] ?? "";
  await run("bash", ["-c", command]);
  assert.deepEqual(await warningsOf({ root: `${closed}/www` }), []);
});

Deno.test("a server user has the groups that /etc/group gives it", () => {
  const root = parseServerUser("root");
  assert.deepEqual({ name: root.name, uid: root.uid, first: root.gids[0] }, {
    name: "root",
    uid: 0,
    first: 0,
  });
  assert.equal(parseServerUser("root:1234").gids[0], 1234);
  assert.deepEqual(parseServerUser("4000000000"), { name: "4000000000", uid: 4e9, gids: [] });
  assert.throws(() => parseServerUser("no-such-user"), /server user "no-such-user": \/etc\/passwd/);
});

testWithTools("who may enter is what the kernel says", ["setpriv", "sh", "chown"], async (t) => {
  const ignore = Deno.uid() !== 0; // only root can become somebody else
  await t.step({ name: "for every mode and class", ignore, fn: compareWithKernel });
});

/** Every mode, of folders whose owner or group the user is, or neither. */
async function compareWithKernel(): Promise<void> {
  using root = webRoot();
  Deno.chmodSync(root.outside, 0o755);
  const user = { name: "test", uid: 54321, gids: [54322, 54323] };
  const owners = [[54321, 0], [54321, 54323], [0, 54322], [0, 54323], [0, 0]] as const;
  const expected: string[] = [];
  for (const [uid, gid] of owners) {
    for (let mode = 0; mode < 0o1000; mode++) {
      const name = `${uid}-${gid}-${mode}`;
      Deno.mkdirSync(`${root.path}/${name}`);
      Deno.writeTextFileSync(`${root.path}/${name}/file`, "");
      Deno.chownSync(`${root.path}/${name}`, uid, gid);
      Deno.chmodSync(`${root.path}/${name}`, mode);
      if (classLockedOut({ mode, uid, gid }, user) === undefined) expected.push(name);
    }
  }
  const script = `cd ${root.path} && for d in *; do [ -f "$d/file" ] && echo "$d"; done; true`;
  const ids = ["--reuid=54321", "--regid=54322", "--groups=54323"];
  const seen = new TextDecoder().decode(await run("setpriv", [...ids, "sh", "-c", script]));
  assert.deepEqual(seen.trim().split("\n").sort(), expected.sort());
}
