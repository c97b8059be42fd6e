/** Disks that are full, out of inodes, or read-only. */
import assert from "node:assert/strict";
import { binimport, type Ended } from "../support/e2e/run.ts";
import { stalledImport } from "../support/e2e/stalled_import.ts";
import { digestsBelow, fingerprint, makeRoot } from "../support/e2e/targets.ts";
import { diskImage } from "../support/reliability/disk_image.ts";
import { assertWhole } from "../support/reliability/final_names.ts";
import { folderOverSsh } from "../support/reliability/folder_over_ssh.ts";
import { mustImport } from "../support/reliability/killed.ts";
import { makeReleases, type Releases } from "../support/reliability/releases.ts";
import { reliabilityTest } from "../support/reliability/trials.ts";
import { run } from "../support/run.ts";
import { smallDisk } from "../support/small_disk.ts";

const result =
  "status 4, saying what is missing; every name is wholly old or new; with room it ends well";

/** An import that must fail. */
interface Failure {
  readonly says: RegExp;
  /** Does away with the cause. */
  readonly mend: () => Promise<unknown>;
  /** Fails. Default: an import of the young release. */
  readonly fail?: () => Promise<Ended>;
}

/** Imports over a good tree, which must fail and leave it whole; mends it and imports again. */
async function failsThenMends(
  releases: Releases,
  root: string,
  { says, mend, fail }: Failure,
): Promise<void> {
  const args = ["import", releases.young.archive, "--root", root];
  const failed = await (fail?.() ?? binimport(args));
  assert.equal(failed.status, 4, failed.stderr);
  assert.match(failed.stderr, says);
  assert.doesNotMatch(failed.stderr, /^\s+at /m);
  await mend();
  assertWhole(await digestsBelow(root), [releases.old, releases.young], "on such a disk");
  await mustImport({ args: args.slice(1) });
  const found = await digestsBelow(root);
  for (const [key, digest] of Object.entries(releases.young.digests)) {
    assert.equal(found[key], digest, key);
  }
  assert.deepEqual(await fingerprint(`${root}/.binimport/tmp`), []);
}

for (const kind of ["full", "out of inodes"] as const) {
  reliabilityTest({
    fault: `a disk that is ${kind} (ext4)`,
    outcome: result,
    needs: ["tar", "mkfs.ext4", "debugfs"],
    file: import.meta.url,
  }, async (tried) => {
    await using releases = await makeReleases();
    await using disk = kind === "full"
      ? await diskImage("24M")
      : await diskImage("64M", "-N", "96");
    await mustImport({ args: [releases.old.archive, "--root", disk.path] });
    const fillers: string[] = [];
    if (kind === "full") {
      fillers.push(`${disk.path}/filler`);
      await run("dd", [`of=${fillers[0]}`, "if=/dev/zero", "bs=1M", "count=8"]).catch(() => {});
    }
    while (kind !== "full") {
      try {
        await Deno.writeTextFile(`${disk.path}/filler${fillers.length}`, "");
        fillers.push(`${disk.path}/filler${fillers.length}`);
      } catch {
        break;
      }
    }
    await failsThenMends(releases, disk.path, {
      says: kind === "full"
        ? /MB are needed, .* are free\n {2}Make room/
        : /\(inodes\) on the device/,
      mend: () => Promise.all(fillers.map((filler) => Deno.remove(filler))),
    });
    tried();
  });
}

reliabilityTest({
  fault: "a disk that is mounted read-only (ext4)",
  outcome: "status 4 before anything is read; with a writable one it ends well",
  needs: ["tar", "mkfs.ext4"],
  file: import.meta.url,
}, async (tried) => {
  await using releases = await makeReleases();
  await using disk = await diskImage("64M");
  await mustImport({ args: [releases.old.archive, "--root", disk.path] });
  await disk.remount("ro");
  await failsThenMends(releases, disk.path, {
    says: /: the file system is read-only\n {2}Mount it writable, or give another --root/,
    mend: () => disk.remount("rw"),
  });
  tried();
});

reliabilityTest({
  fault: "a disk that dies in the middle, so that ext4 turns read-only",
  outcome: "status 4, saying so; every name is wholly old; after fsck the next run ends well",
  needs: ["tar", "mkfs.ext4", "e2fsck", "findmnt"],
  file: import.meta.url,
}, async (tried) => {
  await using releases = await makeReleases();
  await using disk = await diskImage("64M");
  await mustImport({ args: [releases.old.archive, "--root", disk.path] });
  await failsThenMends(releases, disk.path, {
    says: /: the file system is read-only\n/,
    mend: () => disk.repair(),
    async fail() {
      const begun = async () => (await fingerprint(`${disk.path}/.binimport/tmp`)).length > 0;
      const stalled = await stalledImport(releases.young.archive, ["--root", disk.path], begun);
      await disk.breakDown();
      return await stalled.finish();
    },
  });
  tried();
});

reliabilityTest({
  fault: "a disk that is full behind sshfs (FUSE), which tells it at the end of each file",
  outcome: "status 4; every name is wholly old or new; with room it ends well",
  needs: ["tar", "mount", "sshd", "sshfs"],
  file: import.meta.url,
}, async (tried) => {
  await using releases = await makeReleases();
  await using folder = await makeRoot();
  await using _ = await smallDisk(folder.path, "size=24m");
  await using root = await folderOverSsh(folder.path);
  const good = await binimport(["import", releases.old.archive, "--root", root.path, "--verbose"]);
  assert.equal(good.status, 0, good.stderr);
  assert.match(good.stderr, / lies on FUSE: every file is flushed before it gets its name\n/);
  const filler = `${folder.path}/filler`;
  // Nothing else would look at the room for files of less than 1 MiB.
  const args = ["import", releases.young.archive, "--root", root.path, "--include", "tools/tool-*"];
  await failsThenMends(releases, root.path, {
    says: /: the disk failed \(input\/output error\)\n/, // sftp has no word for a full disk
    async fail() {
      await run("dd", [`of=${filler}`, "if=/dev/zero", "bs=4096"]).catch(() => {});
      return await binimport(args);
    },
    mend: () => Deno.remove(filler),
  });
  tried();
});
