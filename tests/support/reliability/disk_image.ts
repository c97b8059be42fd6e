/** A small disk of its own: an ext4 in a file, by a loop device. Needs root. */
import { tool } from "../require.ts";
import { run } from "../run.ts";

/** A mounted disk. Disposing unmounts and removes it. */
export interface DiskImage extends AsyncDisposable {
  /** Where it is mounted. */
  readonly path: string;
  /** The file that holds it. */
  readonly image: string;
  /** Writes zeros over the blocks of files, unmounted meanwhile: no inode changes. */
  zeroBlocks(keys: readonly string[]): Promise<void>;
  /** Mounts it anew, for reading only or for writing too. */
  remount(access: "ro" | "rw"): Promise<void>;
  /** Has ext4 find an error, as of a disk that dies: it is read-only from then on. */
  breakDown(): Promise<void>;
  /** Has fsck mend it. */
  repair(): Promise<void>;
}

/** Makes a disk and mounts it. */
export async function diskImage(size: string, ...mkfs: string[]): Promise<DiskImage> {
  const folder = await Deno.makeTempDir({ prefix: "binimport-disk-" });
  const [image, path] = [`${folder}/image`, `${folder}/disk`];
  await Deno.mkdir(path);
  await run("truncate", ["-s", size, image]);
  await run(tool("mkfs.ext4") ?? "mkfs.ext4", [
    "-q",
    "-b",
    "4096",
    "-e",
    "remount-ro",
    ...mkfs,
    image,
  ]);
  const mount = () => run("mount", ["-o", "loop", image, path]);
  await mount();
  await run("rmdir", [`${path}/lost+found`]);

  async function whileUnmounted(change: () => Promise<void>): Promise<void> {
    await run("umount", [path]);
    // The loop device goes a little later; mounted before, it would show old blocks from memory.
    while ((await run("losetup", ["--associated", image])).length > 0) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    await change();
    await mount();
  }

  return {
    path,
    image,
    zeroBlocks: (keys) =>
      whileUnmounted(async () => {
        for (const key of keys) await zeroBlocksOf(image, key);
      }),
    remount: async (access) => void await run("mount", ["-o", `remount,${access}`, path]),
    async breakDown() {
      await run("sync", ["--file-system", path]); // what is old is on the disk
      const device = await run("findmnt", ["--noheadings", "--output", "SOURCE", path]);
      const name = new TextDecoder().decode(device).trim().replace(/^\/dev\//, "");
      await Deno.writeTextFile(`/sys/fs/ext4/${name}/trigger_fs_error`, "1");
    },
    // e2fsck ends with 1 when it has mended something.
    repair: () =>
      whileUnmounted(async () =>
        void await run("sh", ["-c", 'e2fsck -fp "$0" || [ $? = 1 ]', image])
      ),
    async [Symbol.asyncDispose]() {
      await run("umount", [path]);
      await Deno.remove(folder, { recursive: true });
    },
  };
}

async function zeroBlocksOf(image: string, key: string): Promise<void> {
  const debugfs = tool("debugfs") ?? "debugfs";
  const listed = await run(debugfs, ["-R", `blocks "/${key}"`, image]);
  const blocks = new TextDecoder().decode(listed).match(/\d+/g) ?? [];
  if (blocks.length === 0) throw new Error(`debugfs lists no blocks of ${key}`);
  using disk = await Deno.open(image, { write: true });
  for (const block of blocks) {
    await disk.seek(Number(block) * 4096, Deno.SeekMode.Start);
    await disk.write(new Uint8Array(4096));
  }
}
