/** Replaces a file in one step, and keeps what it held. */
import {
  closeSync,
  fchmodSync,
  fchownSync,
  fstatSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  type Stats,
  statSync,
  unlinkSync,
  writeSync,
} from "node:fs";
import { basename, dirname } from "node:path";
import { BinimportError } from "../core/errors.ts";
import type { ConfigFile } from "./config_file.ts";
import { cannotWrite } from "./write_error.ts";

/**
 * Gives the file another text; gives back the path of the backup, which holds the bytes that were
 * read, beside the file. Both belong to whom the file belonged to, with its permissions. A reader
 * sees the old file or the whole new one, also after a power failure. Throws, and leaves nothing
 * new: code `forbidden` where the folder cannot be written or the owner cannot be kept, `target`
 * when somebody else has changed the file since it was read.
 */
export function replaceFile({ path, bytes }: ConfigFile, text: string): string {
  const left: string[] = [];
  try {
    const like = statSync(path);
    const temporary = `${dirname(path)}/.${basename(path)}.${crypto.randomUUID()}.tmp`;
    create(temporary, new TextEncoder().encode(text), like, left);
    if (!same(readFileSync(path), bytes)) throw changed(path);
    const backup = createBackup(path, bytes, like, left);
    renameSync(temporary, path);
    left.length = 0;
    flushFolder(dirname(path));
    return backup;
  } catch (cause) {
    for (const one of left) remove(one);
    throw cannotWrite(path, cause);
  }
}

/** The first of FILE.bak, FILE.bak1, … that is not taken: an older backup may be all there is. */
function createBackup(path: string, bytes: Uint8Array, like: Stats, left: string[]): string {
  for (let number = 0;; number++) {
    const backup = `${path}.bak${number || ""}`;
    try {
      create(backup, bytes, like, left);
      return backup;
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
    }
  }
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
