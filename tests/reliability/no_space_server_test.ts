/** Disks that are full, or out of inodes. */
import assert from "node:assert/strict";
import { type Ended, outcome, start } from "../e2e/run.ts";
import { digestsBelow } from "../e2e/targets.ts";
import { assertWhole } from "./final_names.ts";
import { run } from "../run.ts";
import { diskImage } from "./disk_image.ts";
import { mustImport } from "./killed.ts";
import { makeReleases, type Releases } from "./releases.ts";
import { reliabilityTest } from "./trials.ts";

const result =
  "status 4, saying what is missing; every name is wholly old or new; with room it ends well";

/** Imports over a good tree, which must fail and leave it whole; makes room and imports again. */
async function failsThenMends(
  releases: Releases,
  root: string,
  { says, mend }: {
    readonly says: RegExp;
    readonly mend: () => Promise<unknown>;
  },
): Promise<void> {
  const args = ["import", releases.young.archive, "--root", root];
  const failed: Ended = await outcome(start(args));
  assert.equal(failed.status, 4, failed.stderr);
  assert.match(failed.stderr, says);
  assert.doesNotMatch(failed.stderr, /^\s+at /m);
  await mend();
  assertWhole(await digestsBelow(root), [releases.old, releases.young], "on a full disk");
  await mustImport({ args: args.slice(1) });
  const found = await digestsBelow(root);
  for (const [key, digest] of Object.entries(releases.young.digests)) {
    assert.equal(found[key], digest, key);
  }
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
