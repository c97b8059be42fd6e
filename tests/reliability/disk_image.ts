/** A small disk of its own: an ext4 in a file, by a loop device. Needs root. */
import { run } from "../run.ts";
import { tool } from "../require.ts";

/** A mounted disk. Disposing unmounts and removes it. */
export interface DiskImage extends AsyncDisposable {
  /** Where it is mounted. */
  readonly path: string;
  /** The file that holds it. */
  readonly image: string;
  /** Writes zeros over the blocks of files, unmounted meanwhile: no inode changes. */
  zeroBlocks(keys: readonly string[]): Promise<void>;
}

/** Makes a disk and mounts it. */
export async function diskImage(size: string, ...mkfs: string[]): Promise<DiskImage> {
  const folder = await Deno.makeTempDir({ prefix: "binimport-disk-" });
  const [image, path] = [`${folder}/image`, `${folder}/disk`];
  await Deno.mkdir(path);
  await run("truncate", ["-s", size, image]);
  await run(tool("mkfs.ext4") ?? "mkfs.ext4", ["-q", "-b", "4096", ...mkfs, image]);
  const mount = () => run("mount", ["-o", "loop", image, path]);
  await mount();
  await run("rmdir", [`${path}/lost+found`]);
  return {
    path,
    image,
    async zeroBlocks(keys) {
      await run("umount", [path]);
      for (const key of keys) await zeroBlocksOf(image, key);
      await mount();
    },
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
