/** Files that are whole before they have a name. */
import { Buffer } from "node:buffer";
import {
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readSync,
  unlinkSync,
  writeSync,
} from "node:fs";
import { checkedChunks, type PutOptions, type PutSource } from "../../core/storage/mod.ts";
import { errno } from "../../core/util/errno.ts";
import { attempt, fsError } from "./errors.ts";
import type { NginxFsConfig } from "./options.ts";

/** How a file is to be when it is whole. */
export type FileTraits = Pick<NginxFsConfig, "mode" | "owner" | "fsync">;

/** A file on its way to a key. */
export interface FileToWrite {
  readonly temporary: string;
  /** The key it is for. */
  readonly key: string;
  /** The key's path, for messages. */
  readonly path: string;
  /** Whether a run that was killed has left it, with some of the bytes or others. */
  readonly left: boolean;
}

/** When this began, in ms: times since then are small numbers, which take no memory of their own. */
const BEGUN = Date.now();

/** Whether nobody has touched a file that was whole at a time, as writing it gave. */
export function isAsWritten(found: Deno.FileInfo, size: number, writtenBy: number): boolean {
  return found.size === size && (found.mtime?.getTime() ?? Infinity) <= BEGUN + writtenBy;
}

/**
 * Writes bytes into a temporary file, or throws and leaves none: open, fchmod, write and close in one
 * call of the runtime, since of a small file the calls are the cost.
 */
export function writeAtOnce(
  { temporary, path }: Pick<FileToWrite, "temporary" | "path">,
  bytes: Uint8Array,
  mode: number,
): number {
  try {
    // `createNew` is O_EXCL, as below; `mode` is set whatever the umask says.
    Deno.writeFileSync(temporary, bytes, { createNew: true, mode });
    return Date.now() - BEGUN;
  } catch (cause) {
    if (errno(cause) !== "EEXIST") removeTemporary(temporary);
    throw fsError("write", path, cause);
  }
}

/**
 * Writes a source into a temporary file, or throws and leaves none. Writes are synchronous: waiting
 * for a thread pool costs more than the page cache takes.
 */
export async function writeTemporary(
  file: FileToWrite,
  source: PutSource,
  traits: FileTraits,
  options: PutOptions,
): Promise<number> {
  options.signal?.throwIfAborted();
  const { temporary, path } = file;
  const leftFd = file.left ? openLeft(temporary) : undefined;
  // "wx" is O_EXCL, which follows no link. Nobody else reads it until it is whole.
  const fd = leftFd ?? attempt("write", path, () => openSync(temporary, "wx", 0o600));
  try {
    await fill(fd, { ...file, left: leftFd !== undefined }, source, options);
    attempt("write", path, () => settle(fd, traits, options.mode));
  } catch (error) {
    closeSync(fd);
    // When the import is stopped it may be gone on with; else the session takes it away.
    if (!options.signal?.aborted) removeTemporary(temporary);
    throw error;
  }
  closeSync(fd); // its errors are told by nobody: see late_errors.ts
  return Date.now() - BEGUN;
}

/**
 * Opens a file that was left, if it is ours alone: a hard link of that name could be to a file
 * anywhere. Else it is removed.
 */
function openLeft(temporary: string): number | undefined {
  try {
    const { O_RDWR, O_NOFOLLOW, O_NONBLOCK } = constants;
    const fd = openSync(temporary, O_RDWR | O_NOFOLLOW | O_NONBLOCK);
    const found = fstatSync(fd);
    if (found.isFile() && found.nlink === 1 && found.uid === Deno.uid()) return fd;
    closeSync(fd);
  } catch { /* it is no file that can be written */ }
  removeTemporary(temporary);
  return undefined;
}

/** Writes what is not there from before: as far as a file that was left is the same, it stays. */
async function fill(
  fd: number,
  { key, path, left }: FileToWrite,
  source: PutSource,
  options: PutOptions,
): Promise<void> {
  let at = 0;
  let same = left;
  for await (const chunk of checkedChunks(key, source, options)) {
    attempt("write", path, () => {
      same &&= holds(fd, at, chunk);
      if (!same) writeAll(fd, at, chunk);
    });
    at += chunk.length;
  }
  if (left) attempt("write", path, () => ftruncateSync(fd, at));
}

function holds(fd: number, at: number, chunk: Uint8Array): boolean {
  const found = new Uint8Array(chunk.length);
  for (let read = 0; read < found.length;) {
    const count = readSync(fd, found, read, found.length - read, at + read);
    if (count === 0) return false;
    read += count;
  }
  return Buffer.compare(found, chunk) === 0;
}

/** write(2) may take less than it is given, as when the disk fills up. */
function writeAll(fd: number, start: number, chunk: Uint8Array): void {
  for (let at = 0; at < chunk.length;) {
    at += writeSync(fd, chunk, at, chunk.length - at, start + at);
  }
}

function settle(fd: number, traits: FileTraits, wanted: number | undefined): void {
  if (traits.owner !== undefined) fchownSync(fd, traits.owner.uid, traits.owner.gid);
  fchmodSync(fd, modeOf(traits, wanted)); // whatever the umask says
  if (traits.fsync) fsyncSync(fd);
}

/** A server of another user reads it. Setuid and the like do not survive. */
export function modeOf({ mode }: FileTraits, wanted = 0o644): number {
  return mode === "keep" ? (wanted & 0o777) | 0o644 : 0o644;
}

/** Takes a temporary file away; what cannot be taken away now, the next `prepare` takes. */
export function removeTemporary(temporary: string): void {
  try {
    unlinkSync(temporary);
  } catch { /* gone already */ }
}
