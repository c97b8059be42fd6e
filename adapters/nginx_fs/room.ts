/** Whether a file finds room, before the first of its bytes is written. */
import { lstatSync, readdirSync, statfsSync, type StatsFs } from "node:fs";
import { hasCode } from "../../core/errors.ts";
import { formatBytes } from "../../core/format.ts";
import { attempt, fault } from "./fs_error.ts";
import type { Paths } from "./paths.ts";

/** Bytes that this user may take. Root may also take what is reserved (`mkfs.ext4 -m`). */
function freeBytes({ bfree, bavail, bsize }: StatsFs): number {
  return (Deno.uid() === 0 ? bfree : bavail) * bsize;
}

/** Room for an import: what is free, and what a run that was killed has left to be used again. */
export function roomIn({ root, temporary }: Paths): number {
  const free = attempt("use", root, () => freeBytes(statfsSync(root)));
  try {
    const left = readdirSync(temporary).map((name) => lstatSync(`${temporary}/${name}`).size);
    return left.reduce((sum, size) => sum + size, free);
  } catch {
    return free; // there is no such folder yet, or it is not ours to see
  }
}

/**
 * Throws code `no-space` where a folder's file system has fewer free bytes than a file takes, telling
 * both; or no inode left, for which the system has the same error.
 */
export function requireRoom(folder: string, path: string, size: number): void {
  const stats = statfsSync(folder);
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

/** What a write that failed lacked, if it was space; the error itself where that is not known. */
export function withRoomTold(error: unknown, folder: string, path: string, size: number): unknown {
  if (!hasCode(error, "no-space")) return error;
  try {
    requireRoom(folder, path, size);
    return error;
  } catch (told) {
    return told;
  }
}
