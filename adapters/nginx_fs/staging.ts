/** Files that are whole before they have a name. */
import { closeSync, fchmodSync, fchownSync, fsyncSync, openSync, unlinkSync } from "node:fs";
import { writeSync } from "node:fs";
import type { PutOptions, PutSource } from "../../core/adapter.ts";
import { checkedBytes, checkedChunks } from "../../core/checked_chunks.ts";
import type { NginxFsConfig } from "./config.ts";
import { attempt, errno, fsError } from "./fs_error.ts";

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
 * waiting for a thread pool costs more than the page cache takes.
 */
export async function writeTemporary(
  file: FileToWrite,
  source: PutSource,
  traits: FileTraits,
  options: PutOptions,
): Promise<void> {
  options.signal?.throwIfAborted();
  const plain = traits.owner === undefined && !traits.fsync;
  const bytes = plain ? checkedBytes(file.key, source, options) : undefined;
  if (bytes === undefined) await writeInPieces(file, source, traits, options);
  else writeAtOnce(file, bytes, modeOf(traits, options.mode));
}

/** open, fchmod, write and close in one call of the runtime: of a small file, calls are the cost. */
function writeAtOnce({ temporary, path }: FileToWrite, bytes: Uint8Array, mode: number): void {
  try {
    // `createNew` is O_EXCL, as below; `mode` is set whatever the umask says.
    Deno.writeFileSync(temporary, bytes, { createNew: true, mode });
  } catch (cause) {
    if (errno(cause) !== "EEXIST") removeTemporary(temporary);
    throw fsError("write", path, cause);
  }
}

async function writeInPieces(
  { temporary, key, path }: FileToWrite,
  source: PutSource,
  traits: FileTraits,
  options: PutOptions,
): Promise<void> {
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

function settle(fd: number, traits: FileTraits, wanted: number | undefined): void {
  if (traits.owner !== undefined) fchownSync(fd, traits.owner.uid, traits.owner.gid);
  fchmodSync(fd, modeOf(traits, wanted)); // whatever the umask says
  if (traits.fsync) fsyncSync(fd);
}

/** A server of another user reads it. Setuid and the like do not survive. */
function modeOf({ mode }: FileTraits, wanted = 0o644): number {
  return mode === "keep" ? (wanted & 0o777) | 0o644 : 0o644;
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
