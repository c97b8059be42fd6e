/** The file system: what its errors mean to a user, and whether a file finds room before it is written. */
import fs from "node:fs";
import { errno, meaningOf } from "../../core/util/errno.ts";
import {
  BinimportError,
  type ErrorCode,
  type ErrorDetails,
  hasCode,
  messageOf,
} from "../../core/util/errors.ts";
import { tried } from "../../core/util/tried.ts";
import { formatBytes } from "../../core/util/units.ts";

/** What to do, by errno(3). */
const HINTS: Readonly<Record<string, string>> = {
  ENOSPC: "Make room, then run the import again: what is complete is not written twice.",
  EDQUOT: "Make room or raise the quota, then run the import again.",
  EACCES: "Run as a user who may write there, or change the folder's permissions.",
  EPERM: "Run as root, or look for the immutable attribute with lsattr.",
  EROFS: "Mount it writable, or give another --root.",
  EISDIR: "Move the folder away.",
  ENOTDIR: "Move the file away.",
  EXDEV: "Import into that file system's own folder, by a --root of its own.",
  EMFILE: "Raise ulimit -n.",
  EIO: "See dmesg.",
  ESTALE: "Mount it anew, then run the import again.",
};

/** An error "Cannot ACTION "PATH": state". */
export function fault(
  code: ErrorCode,
  action: string,
  path: string,
  state: string,
  details: ErrorDetails = {},
): BinimportError {
  return new BinimportError(code, `Cannot ${action} ${JSON.stringify(path)}: ${state}`, details);
}

/** The error for a root that is not there. */
export function noFolder(action: string, root: string): BinimportError {
  const hint = "Create it with mkdir -p, or give another --root.";
  return fault("not-found", action, root, "no such folder", { hint });
}

/** The error for what a system call threw. */
export function fsError(action: string, path: string, cause: unknown): BinimportError {
  if (cause instanceof BinimportError) return cause;
  const name = errno(cause) ?? "";
  // Of others, without the call and the path that the runtime adds.
  const plain = () => messageOf(cause).replace(/ \(os error \d+\).*$/s, "");
  const { code, text } = meaningOf(name) ?? { code: "target", text: plain() };
  return fault(code, action, path, text, { cause, hint: HINTS[name] });
}

/** Calls, and turns what is thrown into the error of {@linkcode fsError}. */
export function attempt<T>(action: string, path: string, call: () => T): T {
  try {
    return call();
  } catch (cause) {
    throw fsError(action, path, cause);
  }
}

/** Bytes that this user may take. Root may also take what is reserved (`mkfs.ext4 -m`). */
function freeBytes({ bfree, bavail, bsize }: fs.StatsFs): number {
  return (Deno.uid() === 0 ? bfree : bavail) * bsize;
}

/** Room for an import: what is free, and what a run that was killed has left to be used again. */
export function roomIn(
  { root, temporary }: Readonly<Record<"root" | "temporary", string>>,
): number {
  const free = attempt("use", root, () => freeBytes(fs.statfsSync(root)));
  // There may be no such folder yet, or it is not ours to see.
  const left = tried(() =>
    fs.readdirSync(temporary).map((name) => fs.lstatSync(`${temporary}/${name}`).size)
  );
  return (left ?? []).reduce((sum, size) => sum + size, free);
}

/** Throws code `no-space` where a file's bytes find no room in a folder, or where no inode is left. */
export function requireRoom(folder: string, path: string, size: number): void {
  const stats = fs.statfsSync(folder);
  const free = freeBytes(stats);
  if (free < size) {
    const state = `${formatBytes(size)} are needed, ${formatBytes(free)} are free`;
    const hint = "Make room, then run the import again: what is complete is not written twice.";
    throw fault("no-space", "write", path, `no space left on the device: ${state}`, { hint });
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
