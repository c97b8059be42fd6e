/** Files that are whole before they have a name. */
import { closeSync, fchmodSync, fchownSync, fsyncSync, openSync, unlinkSync } from "node:fs";
import { writeSync } from "node:fs";
import type { PutOptions, PutSource } from "../../core/adapter.ts";
import { checkedChunks } from "../../core/checked_chunks.ts";
import type { NginxFsConfig } from "./config.ts";
import { attempt, fsError } from "./fs_error.ts";

/** How a file is to be when it is whole. */
export type FileTraits = Pick<NginxFsConfig, "mode" | "owner" | "fsync">;

/** A file on its way to a key. */
export interface FileToWrite {
  /** Where it is written. */
  readonly temporary: string;
  /** The key it is for. */
  readonly key: string;
  /** The key's path, for messages. */
  readonly path: string;
}

/**
 * Writes a source into a new temporary file, or throws and leaves none. Writes are synchronous:
 * zlib inflates on a thread of its own meanwhile, and waiting for a thread pool costs more than
 * the page cache takes.
 */
export async function writeTemporary(
  { temporary, key, path }: FileToWrite,
  source: PutSource,
  traits: FileTraits,
  options: PutOptions,
): Promise<void> {
  options.signal?.throwIfAborted();
  // "wx" is O_EXCL, which follows no link. Nobody else reads it until it is whole.
  const fd = attempt("write", path, () => openSync(temporary, "wx", 0o600));
  try {
    await fill(fd, key, path, source, options);
    attempt("write", path, () => settle(fd, traits, options.mode));
  } catch (error) {
    closeQuietly(fd);
    removeTemporary(temporary);
    throw error;
  }
  close(fd, path, temporary);
}

async function fill(
  fd: number,
  key: string,
  path: string,
  source: PutSource,
  options: PutOptions,
): Promise<void> {
  for await (const chunk of checkedChunks(key, source, options)) {
    attempt("write", path, () => writeAll(fd, chunk));
  }
}

/** write(2) may take less than it is given, as when the disk fills up. */
function writeAll(fd: number, chunk: Uint8Array): void {
  for (let at = 0; at < chunk.length;) at += writeSync(fd, chunk, at, chunk.length - at);
}

function settle(fd: number, { owner, mode, fsync }: FileTraits, wanted = 0o644): void {
  if (owner !== undefined) fchownSync(fd, owner.uid, owner.gid);
  // Whatever the umask: a server of another user reads it. Setuid and the like do not survive.
  fchmodSync(fd, mode === "keep" ? (wanted & 0o777) | 0o644 : 0o644);
  if (fsync) fsyncSync(fd);
}

/** Over NFS, close(2) is what tells that the disk is full. */
function close(fd: number, path: string, temporary: string): void {
  try {
    closeSync(fd);
  } catch (cause) {
    removeTemporary(temporary);
    throw fsError("write", path, cause);
  }
}

function closeQuietly(fd: number): void {
  try {
    closeSync(fd);
  } catch { /* the file is thrown away anyhow */ }
}

/** Takes a temporary file away; what cannot be taken away now, the next `prepare` takes. */
export function removeTemporary(temporary: string): void {
  try {
    unlinkSync(temporary);
  } catch { /* gone already */ }
}
