/** Whether a file finds room, before the first of its bytes is written. */
import fs from "node:fs";
import { hasCode } from "../../core/util/errors.ts";
import { formatBytes } from "../../core/util/units.ts";
import type { Paths } from "./dir_handle.ts";
import { attempt, fault } from "./errors.ts";

/** Bytes that this user may take. Root may also take what is reserved (`mkfs.ext4 -m`). */
function freeBytes({ bfree, bavail, bsize }: fs.StatsFs): number {
  return (Deno.uid() === 0 ? bfree : bavail) * bsize;
}

/** Room for an import: what is free, and what a run that was killed has left to be used again. */
export function roomIn({ root, temporary }: Paths): number {
  const free = attempt("use", root, () => freeBytes(fs.statfsSync(root)));
  try {
    const left = fs.readdirSync(temporary).map((name) => fs.lstatSync(`${temporary}/${name}`).size);
    return left.reduce((sum, size) => sum + size, free);
  } catch {
    return free; // there is no such folder yet, or it is not ours to see
  }
}

/** Throws code `no-space` where a file's bytes find no room in a folder, or where no inode is left. */
export function requireRoom(folder: string, path: string, size: number): void {
  const stats = fs.statfsSync(folder);
  const free = freeBytes(stats);
  if (free < size) {
    const state = `${formatBytes(size)} are needed, ${formatBytes(free)} are free`;
    throw fault("no-space", "write", path, `no space left on the device: ${state}`, {
      hint: "Make room, then run the import again: what is complete is not written twice.",
    });
  }
  // Some, such as Btrfs, count no inodes.
  if (stats.files > 0 && stats.ffree === 0) {
    throw fault("no-space", "write", path, "no space left for more files (inodes) on the device", {
      hint: "Remove files that nobody needs, then run the import again.",
    });
  }
}

/** Throws what a write that failed lacked, if it was space; the error itself where that is not known. */
export function rethrow(error: unknown, folder: string, path: string, size: number): never {
  if (hasCode(error, "no-space")) requireRoom(folder, path, size);
  throw error;
}

/**
 * By the `type` of statfs(2), as linux/magic.h has it: those that may send later what is written, so
 * that a full disk is the error of close(2). Behind FUSE lies sshfs, GlusterFS, or a disk of this host.
 */
const LATE: ReadonlyMap<number, string> = new Map([
  [0x6969, "NFS"],
  [0xff534d42, "CIFS"],
  [0xfe534d42, "SMB"],
  [0x65735546, "FUSE"],
]);

/** The kind of file system, if it is one of those. Deno tells fsync(2)'s error, and not close(2)'s. */
export function lateErrors(
  folder: string,
  typeOf: (folder: string) => number = (folder) => fs.statfsSync(folder).type,
): string | undefined {
  return LATE.get(typeOf(folder));
}

/** Flushes a folder: its entries, such as a new file's name, survive a power failure then. */
export function flush(folder: string): void {
  const fd = fs.openSync(folder === "" ? "/" : folder, "r");
  try {
    fs.fsyncSync(fd);
  } finally {
    fs.closeSync(fd);
  }
}
