/** Replaces a file in one step, and keeps what it held. */
import {
  closeSync,
  fchmodSync,
  fchownSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  lstatSync,
  openSync,
  readFileSync,
  renameSync,
  type Stats,
  statSync,
  unlinkSync,
  writeSync,
} from "node:fs";
import { basename, dirname } from "node:path";
import { errno } from "../core/errno.ts";
import { BinimportError } from "../core/errors.ts";
import type { ConfigFile } from "./config_file.ts";
import { cannotWrite } from "./write_error.ts";

/** How a file was given its new text. */
export interface Written {
  /** The path of the backup, beside the file: it holds the bytes that were read. */
  readonly backup: string;
  /** Whether the file could not be replaced in one step, because it is a mount of its own. */
  readonly inPlace: boolean;
}

/**
 * Gives the file another text, and keeps a backup. Both belong to whom the file belonged to, with
 * its permissions. A reader sees the old file or the whole new one, also after a power failure; but
 * for a file that is a mount of its own (`docker run -v FILE:FILE`), which can only be written in
 * place. Throws, and leaves nothing new: code `forbidden` where the folder cannot be written or the
 * owner cannot be kept, `target` when somebody else has changed the file since it was read.
 */
export function replaceFile({ path, bytes }: ConfigFile, text: string): Written {
  const left: string[] = [];
  try {
    const like = statSync(path);
    const temporary = `${dirname(path)}/.${basename(path)}.${crypto.randomUUID()}.tmp`;
    const wanted = new TextEncoder().encode(text);
    create(temporary, wanted, like, left);
    if (!same(readFileSync(path), bytes)) throw changed(path);
    const backup = createBackup(path, bytes, like, left);
    const inPlace = !renamed(temporary, path);
    if (inPlace) {
      overwrite(path, wanted, bytes);
      remove(temporary);
    }
    left.length = 0;
    flushFolder(dirname(path));
    return { backup, inPlace };
  } catch (cause) {
    for (const one of left) remove(one);
    throw cannotWrite(path, cause);
  }
}

/** False where the path is a mount point, which rename(2) does not replace. */
function renamed(from: string, to: string): boolean {
  try {
    renameSync(from, to);
    return true;
  } catch (error) {
    if (["EBUSY", "EXDEV"].includes(errno(error) ?? "")) return false;
    throw error;
  }
}

/** Puts the old bytes back where the new ones do not fit. */
function overwrite(path: string, wanted: Uint8Array, old: Uint8Array): void {
  const fd = openSync(path, "r+");
  const put = (bytes: Uint8Array) => {
    for (let at = 0; at < bytes.length;) at += writeSync(fd, bytes, at, bytes.length - at, at);
    ftruncateSync(fd, bytes.length);
    fsyncSync(fd);
  };
  try {
    put(wanted);
  } catch (error) {
    put(old);
    throw error;
  } finally {
    closeSync(fd);
  }
}

/**
 * The first of FILE.bak, FILE.bak1, … that is not taken: an older backup may be all there is. One
 * that holds these very bytes is the backup already.
 */
function createBackup(path: string, bytes: Uint8Array, like: Stats, left: string[]): string {
  for (let number = 0;; number++) {
    const backup = `${path}.bak${number || ""}`;
    try {
      create(backup, bytes, like, left);
      return backup;
    } catch (error) {
      if (errno(error) !== "EEXIST") throw error;
      if (isBackup(backup, bytes, like)) return backup;
    }
  }
}

/** Whether a file has these bytes, its owner, and is no more open than the file it is of. */
function isBackup(path: string, bytes: Uint8Array, { uid, gid, mode }: Stats): boolean {
  const own = lstatSync(path);
  return own.isFile() && own.size === bytes.length && own.uid === uid && own.gid === gid &&
    own.mode === mode && same(readFileSync(path), bytes);
}

/** Nobody else may read it until it has the owner that it shall have. */
function create(path: string, bytes: Uint8Array, { uid, gid, mode }: Stats, left: string[]): void {
  const fd = openSync(path, "wx", 0o600);
  left.push(path);
  try {
    for (let at = 0; at < bytes.length;) at += writeSync(fd, bytes, at);
    const own = fstatSync(fd);
    if (own.uid !== uid || own.gid !== gid) fchownSync(fd, uid, gid);
    fchmodSync(fd, mode & 0o7777);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

function same(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

function changed(path: string): BinimportError {
  return new BinimportError(
    "target",
    `Cannot write ${JSON.stringify(path)}: somebody else changes it at the same time`,
    { hint: "Run it again.", retryable: true },
  );
}

/** So that the new name survives a power failure. */
function flushFolder(folder: string): void {
  const fd = openSync(folder, "r");
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

function remove(path: string): void {
  try {
    unlinkSync(path);
  } catch { /* it never came to be, or cannot be taken away by us */ }
}
