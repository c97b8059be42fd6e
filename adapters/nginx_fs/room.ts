/** Whether a file finds room, before the first of its bytes is written. */
import { statfsSync } from "node:fs";
import { hasCode } from "../../core/errors.ts";
import { formatBytes } from "../../core/format.ts";
import { fault } from "./fs_error.ts";

/**
 * Throws code `no-space` where a folder's file system has fewer free bytes than a file takes, telling
 * both; or no inode left, for which the system has the same error.
 */
export function requireRoom(folder: string, path: string, size: number): void {
  const { bfree, bsize, files, ffree } = statfsSync(folder);
  if (bfree * bsize < size) {
    const state = `${formatBytes(size)} are needed, ${formatBytes(bfree * bsize)} are free`;
    throw fault("no-space", "write", path, `no space left on the device: ${state}`, {
      hint: "Make room, then run the import again: what is complete is not written twice.",
    });
  }
  // Some, such as Btrfs, count no inodes.
  if (files > 0 && ffree === 0) {
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
