/** Somebody who may write to the root puts links in the place of folders while an import runs. */
import assert from "node:assert/strict";
import { outcome, start } from "../support/e2e/run.ts";
import { fingerprint, makeRoot } from "../support/e2e/targets.ts";
import { makeReleases } from "../support/reliability/releases.ts";
import { reliabilityTest, times } from "../support/reliability/trials.ts";
import { tool } from "../support/require.ts";

/** Each call that changes a name waits for so many microseconds: long enough for a swap. */
const DELAY = 3_000;

const SLOWED = `rename,renameat,renameat2,mkdir,mkdirat,unlink,unlinkat,rmdir,openat`;

for (const folder of ["tools", ".binimport", ".binimport/tmp"]) {
  reliabilityTest({
    fault: `the folder ${folder} is swapped for a link out of the root, again and again`,
    outcome: "nothing outside the root is written, removed or made",
    needs: ["tar", "strace"],
    file: import.meta.url,
  }, async (tried) => {
    await using releases = await makeReleases();
    await using root = await makeRoot();
    await using outside = await makeRoot();
    await Deno.mkdir(`${outside.path}/tmp`);
    for (const name of ["tool-1", "tmp/kept", "manifest.json", "lock"]) {
      await Deno.writeTextFile(`${outside.path}/${name}`, "not yours");
    }
    const before = await fingerprint(outside.path);
    let swaps = 0;
    for (let round = 0; round < times(3, 30); round++) {
      const { archive } = round % 2 === 0 ? releases.young : releases.old;
      const child = start(["import", archive, "--root", root.path], { under: slowed() });
      const attack = swapping(`${root.path}/${folder}`, outside.path);
      const { status, stderr } = await outcome(child);
      swaps += await attack.stop();
      assert([0, 3, 4].includes(status), `status ${status}: ${stderr}`);
      assert.deepEqual(await fingerprint(outside.path), before, stderr);
      tried();
    }
    assert(swaps > 20, `only ${swaps} swaps`);
  });
}

function slowed(): string[] {
  const seccomp = ["-f", "--seccomp-bpf", "-e", `trace=${SLOWED}`];
  const inject = `inject=rename,renameat,mkdir,unlink,rmdir:delay_enter=${DELAY}`;
  return [tool("strace") ?? "strace", "-qqq", ...seccomp, "-e", inject, "-o", "/dev/null"];
}

/** Swaps until it is stopped; gives how often. The folder is in its place again then. */
function swapping(folder: string, outside: string): { stop(): Promise<number> } {
  let stopped = false;
  let swaps = 0;
  const aside = `${folder}.aside`;
  async function swap(): Promise<void> {
    while (!stopped) {
      try {
        Deno.renameSync(folder, aside);
        Deno.symlinkSync(outside, folder);
        await pause(1);
        Deno.removeSync(folder);
        Deno.renameSync(aside, folder);
        swaps++;
      } catch { /* not there yet, or made anew meanwhile */ }
      await pause(1);
      restore(folder, aside);
    }
  }
  const swapped = swap();
  return {
    async stop() {
      stopped = true;
      await swapped;
      return swaps;
    },
  };
}

/** The import may have made a folder anew while the old one was aside. */
function restore(folder: string, aside: string): void {
  try {
    if (Deno.lstatSync(folder).isSymlink) Deno.removeSync(folder);
  } catch { /* there is none */ }
  try {
    Deno.renameSync(aside, folder);
  } catch {
    try {
      Deno.removeSync(aside, { recursive: true });
    } catch { /* there is none */ }
  }
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
