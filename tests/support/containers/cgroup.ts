/** A control group of a test's own, below which a kubelet has those of its pods. */

/** A control group. Disposing of it removes it, once nobody is left in it. */
export interface Cgroup extends AsyncDisposable {
  /** Its path below the root of each hierarchy. */
  readonly name: string;
}

const MOUNT = "/sys/fs/cgroup";

/** Makes one: in each hierarchy of version 1, or in the one of version 2. */
export async function makeCgroup(): Promise<Cgroup> {
  const name = `/binimport-${crypto.randomUUID().slice(0, 8)}`;
  const isV2 = await exists(`${MOUNT}/cgroup.controllers`);
  const hierarchies = isV2
    ? [MOUNT]
    : (await Array.fromAsync(Deno.readDir(MOUNT))).filter((one) => one.isDirectory)
      .map((one) => `${MOUNT}/${one.name}`);
  const folders = hierarchies.map((one) => `${one}${name}`);
  for (const folder of folders) {
    await Deno.mkdir(folder);
    // A new cpuset has none of both, and nobody can enter it.
    for (const file of ["cpuset.cpus", "cpuset.mems"]) {
      if (isV2 || !await exists(`${folder}/${file}`)) continue;
      await Deno.writeTextFile(
        `${folder}/${file}`,
        await Deno.readTextFile(`${folder}/../${file}`),
      );
    }
  }
  return {
    name,
    async [Symbol.asyncDispose]() {
      for (const folder of folders) await remove(folder);
    },
  };
}

/** Groups are removed from the deepest on; one whose last process just ended is busy for a moment. */
async function remove(folder: string): Promise<void> {
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    if (isDirectory) await remove(`${folder}/${name}`);
  }
  for (let tries = 0;; tries++) {
    try {
      return await Deno.remove(folder);
    } catch (error) {
      if (tries === 100) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

async function exists(path: string): Promise<boolean> {
  try {
    await Deno.stat(path);
    return true;
  } catch {
    return false;
  }
}
