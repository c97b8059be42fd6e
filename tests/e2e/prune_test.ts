import assert from "node:assert/strict";
import { noise } from "../support/chunks.ts";
import { pack, type Tree } from "../support/e2e/packages.ts";
import { binimport, type Ended } from "../support/e2e/run.ts";
import { digestsBelow, fingerprint, makeRoot } from "../support/e2e/targets.ts";
import { startMinio } from "../support/minio_server.ts";
import { testWithTools } from "../support/require.ts";

const OLD: Tree = new Map([
  ["dl.k8s.io/release/v1.31.0/kubelet", noise(2_000_000, 1)],
  ["dl.k8s.io/release/v1.31.0/kubectl", noise(100, 2)],
  ["get.helm.sh/helm.tar.gz", noise(1000, 3)],
]);
const NEW: Tree = new Map([
  ["dl.k8s.io/release/v1.32.4/kubelet", noise(2_000_000, 4)],
  ["get.helm.sh/helm.tar.gz", noise(1000, 3)],
]);

/** Both packages in a folder of their own. */
async function makePackages(): Promise<AsyncDisposable & { old: string; new: string }> {
  const folder = await Deno.makeTempDir({ prefix: "binimport-e2e-" });
  const packages = { old: `${folder}/old.tar.gz`, new: `${folder}/new.tar.gz` };
  await pack(OLD, "offline-files", packages.old);
  await pack(NEW, "offline-files", packages.new);
  const remove = () => Deno.remove(folder, { recursive: true });
  return { ...packages, [Symbol.asyncDispose]: remove };
}

function actions(ended: Ended): string[] {
  return ended.events().filter(({ event }) => event === "file")
    .map(({ action, key }) => `${action} ${key}`).sort();
}

testWithTools("e2e: prune a web root", ["tar"], async () => {
  await using packages = await makePackages();
  await using root = await makeRoot();
  const target = ["--root", root.path];
  await Deno.mkdir(`${root.path}/get.helm.sh`);
  await Deno.writeTextFile(`${root.path}/get.helm.sh/mine`, "of somebody else");
  const imported = await binimport(["import", packages.old, packages.new, ...target]);
  assert.equal(imported.status, 0, imported.stderr);

  const before = await fingerprint(root.path);
  const dry = await binimport(["prune", packages.new, ...target]);
  assert.equal(dry.status, 0, dry.stderr);
  assert.match(
    dry.stdout,
    /^would-remove {4}2\.0 MB {2}dl\.k8s\.io\/release\/v1\.31\.0\/kubelet$/m,
  );
  assert.match(dry.stdout, /: 2 files, 2\.0 MB to remove\nNothing was removed. Use --yes/);
  assert.deepEqual(await fingerprint(root.path), before);

  const pruned = await binimport(["prune", packages.new, ...target, "--yes", "--json"]);
  assert.equal(pruned.status, 0, pruned.stderr);
  assert.deepEqual(actions(pruned), [
    "removed dl.k8s.io/release/v1.31.0/kubectl",
    "removed dl.k8s.io/release/v1.31.0/kubelet",
  ]);
  assert.deepEqual(Object.keys(await digestsBelow(root.path)), [
    "dl.k8s.io/release/v1.32.4/kubelet",
    "get.helm.sh/helm.tar.gz",
    "get.helm.sh/mine",
  ]);
  await assert.rejects(Deno.stat(`${root.path}/dl.k8s.io/release/v1.31.0`), Deno.errors.NotFound);
  assert.equal((await binimport(["verify", packages.new, ...target])).status, 0);
  const again = await binimport(["prune", packages.new, ...target, "--yes"]);
  assert.match(again.stdout, /: 0 files, 0 B removed\n$/);
});

testWithTools("e2e: prune a bucket", ["tar", "minio", "mc"], async () => {
  await using packages = await makePackages();
  await using minio = await startMinio();
  const target = ["--endpoint", minio.url, "--bucket", "kubean", "--username", minio.user];
  const options = { env: { BINIMPORT_PASSWORD: minio.password } };
  const imported = await binimport(["import", packages.old, packages.new, ...target], options);
  assert.equal(imported.status, 0, imported.stderr);
  await minio.mc("cp", packages.new, "test/kubean/mine.tar.gz");
  await minio.mc("cp", packages.new, "test/kubean/dl.k8s.io/release/v1.31.0/kubectl");

  const pruned = await binimport(["prune", packages.new, ...target, "-y", "--json"], options);
  assert.equal(pruned.status, 0, pruned.stderr);
  assert.deepEqual(actions(pruned), [
    "kept dl.k8s.io/release/v1.31.0/kubectl",
    "removed dl.k8s.io/release/v1.31.0/kubelet",
  ]);
  const listed = (await minio.mc("ls", "--recursive", "--json", "test/kubean")).trim().split("\n");
  assert.deepEqual(
    listed.map((line): string => JSON.parse(line).key).filter((key) => !key.startsWith(".")).sort(),
    [
      "dl.k8s.io/release/v1.31.0/kubectl",
      "dl.k8s.io/release/v1.32.4/kubelet",
      "get.helm.sh/helm.tar.gz",
      "mine.tar.gz",
    ],
  );

  const other = await binimport(["prune", packages.new, ...target, "--bucket", "absent"], options);
  assert.equal(other.status, 4);
  assert.match(other.stderr, /holds no record of an import/);
});

Deno.test("e2e: prune needs a package", async () => {
  const { status, stderr } = await binimport(["prune", "--root", "/srv/www"]);
  assert.equal(status, 2);
  assert.match(stderr, /Cannot prune: no package was named\n {2}Name every package/);
});
