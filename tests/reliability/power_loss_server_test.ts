/** The power fails: what was not on the disk yet is lost, in whatever order the disk pleases. */
import assert from "node:assert/strict";
import { digestsBelow, makeRoot } from "../support/e2e/targets.ts";
import { diskImage } from "../support/reliability/disk_image.ts";
import { mustImport } from "../support/reliability/killed.ts";
import { makeReleases } from "../support/reliability/releases.ts";
import { reliabilityTest } from "../support/reliability/trials.ts";
import { readTrace, traced } from "../support/system_calls.ts";

const CHANGES = ["fsync", "rename", "renameat", "renameat2", "mkdir", "mkdirat"];

reliabilityTest({
  fault: "power loss with --fsync",
  outcome: "contents are on the disk before their name, names before the manifest, that last",
  needs: ["tar", "strace"],
  file: import.meta.url,
}, async (tried) => {
  await using releases = await makeReleases();
  await using root = await makeRoot();
  const trace = `${releases.folder}/trace`;
  const args = [releases.old.archive, "--root", root.path, "--fsync"];
  await mustImport({ args, under: traced({ trace, calls: CHANGES }) });
  const flushed = new Set<string>();
  const named: string[] = [];
  for (const { name, paths } of readTrace(trace)) {
    const [from = "", to = ""] = paths;
    if (name === "fsync") flushed.add(from);
    if (name === "mkdir") flushed.delete(folderOf(from));
    if (name !== "rename" || !to.startsWith(root.path)) continue;
    assert(flushed.has(from), `${to} got its name before its bytes were flushed`);
    const last = named.at(-1);
    if (last !== undefined) {
      assert(flushed.has(folderOf(last)), `${last} was not flushed to its folder before ${to}`);
    }
    named.push(to);
    flushed.delete(folderOf(to));
    tried();
  }
  assert.equal(named.pop(), `${root.path}/.binimport/manifest.json`);
  assert.equal(named.pop(), `${root.path}/.binimport/SHA256SUMS`);
  assert(flushed.has(`${root.path}/.binimport`), "the manifest's folder was not flushed");
  assert.deepEqual(
    new Set(named.map((path) => path.slice(root.path.length + 1))),
    new Set(Object.keys(releases.old.digests)),
  );
});

/** What a power cut makes of a file that was not on the disk. */
const SPOILINGS: Readonly<Record<string, (path: string) => Promise<void>>> = {
  emptied: (path) => Deno.truncate(path, 0),
  "filled with zeros": async (path) => {
    const { size, atime, mtime } = await Deno.stat(path);
    await Deno.writeFile(path, new Uint8Array(size));
    await Deno.utime(path, atime ?? 0, mtime ?? 0);
  },
  "cut in the middle": async (path) => await Deno.truncate(path, (await Deno.stat(path)).size >> 1),
  gone: (path) => Deno.remove(path),
};

for (const [how, spoil] of Object.entries(SPOILINGS)) {
  reliabilityTest({
    fault: `files are ${how} behind the manifest's back`,
    outcome: "the next run finds and mends them",
    needs: ["tar"],
    file: import.meta.url,
  }, async (tried) => {
    await using releases = await makeReleases();
    await using root = await makeRoot();
    const args = [releases.old.archive, "--root", root.path];
    await mustImport({ args });
    await settled();
    await mustImport({ args }); // every file has an etag on record now
    for (const key of Object.keys(releases.old.digests)) {
      await spoil(`${root.path}/${key}`);
      tried();
    }
    await mustImport({ args });
    assert.deepEqual(await digestsBelow(root.path), releases.old.digests);
  });
}

reliabilityTest({
  fault: "power loss leaves zeros in files whose inodes look untouched",
  outcome: "after the reboot the next run reads every file once, and mends them",
  needs: ["tar", "mkfs.ext4", "debugfs", "unshare"],
  file: import.meta.url,
}, async (tried) => {
  await using releases = await makeReleases();
  await using disk = await diskImage("64M");
  const args = [releases.old.archive, "--root", disk.path];
  await mustImport({ args });
  await settled();
  await mustImport({ args });
  const spoiled = ["dl.k8s.io/kubelet", "dl.k8s.io/same", "tools/tool-3"];
  const before = await Promise.all(spoiled.map((key) => identity(`${disk.path}/${key}`)));
  await disk.zeroBlocks(spoiled);
  const after = await Promise.all(spoiled.map((key) => identity(`${disk.path}/${key}`)));
  assert.deepEqual(after, before, "nothing but the bytes has changed");
  assert.notDeepEqual(await digestsBelow(disk.path), releases.old.digests);
  await mustImport({ args, under: afterReboot(releases.folder) });
  assert.deepEqual(await digestsBelow(disk.path), releases.old.digests);
  tried(spoiled.length);
});

/** The kernel says that it was started anew, to one process and what it starts. */
function afterReboot(folder: string): string[] {
  const id = `${folder}/boot_id`;
  Deno.writeTextFileSync(id, `${crypto.randomUUID()}\n`);
  const script = `mount --bind ${id} /proc/sys/kernel/random/boot_id; exec "$0" "$@"`;
  return ["unshare", "--mount", "sh", "-ec", script];
}

async function identity(path: string): Promise<unknown> {
  const { ino, size, mtime, ctime } = await Deno.stat(path);
  return { ino, size, mtime, ctime };
}

/** Until a file's ctime lies far enough back that a further touch could be told. */
function settled(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 1100));
}

function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/"));
}
