/** Files that are whole before they have a name; and those that a run which was killed has left. */
import { Buffer } from "node:buffer";
import fs from "node:fs";
import { checkedChunks, type PutOptions, type PutSource } from "../../core/storage/mod.ts";
import { pause } from "../../core/util/concurrency.ts";
import { sha256Of } from "../../core/util/digest.ts";
import { errno } from "../../core/util/errno.ts";
import { tried } from "../../core/util/tried.ts";
import type { DirHandle, Paths } from "./dir_handle.ts";
import { attempt, fsError } from "./file_system.ts";
import type { NginxFsConfig } from "./options.ts";

/** How a file is to be when it is whole. */
export type FileTraits = Pick<NginxFsConfig, "mode" | "owner" | "fsync">;

/** When this began, in ms: times since then are small numbers, which take no memory of their own. */
const BEGUN = Date.now();

/** Whether nobody has touched a file that was whole at a time, as writing it gave. */
export function isAsWritten(found: Deno.FileInfo, size: number, writtenBy: number): boolean {
  return found.size === size && (found.mtime?.getTime() ?? Infinity) <= BEGUN + writtenBy;
}

/** Writes bytes into a temporary file, or throws and leaves none, by one call of the runtime. */
export function writeAtOnce(
  temporary: string,
  path: string,
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
 * Writes a source into a temporary file, or throws and leaves none; where a run that was killed has
 * `left` that file, it goes on with it. To wait for a thread pool would cost more than to write.
 */
export async function writeTemporary(
  { temporary, key, path, left }: { temporary: string; key: string; path: string; left: boolean },
  source: PutSource,
  traits: FileTraits,
  options: PutOptions,
): Promise<number> {
  options.signal?.throwIfAborted();
  const leftFd = left ? openLeft(temporary) : undefined;
  // "wx" is O_EXCL, which follows no link. Nobody else reads it until it is whole.
  const fd = leftFd ?? attempt("write", path, () => fs.openSync(temporary, "wx", 0o600));
  try {
    let at = 0;
    let same = leftFd !== undefined; // as far as a file that was left is the same, it stays
    for await (const chunk of checkedChunks(key, source, options)) {
      attempt("write", path, () => {
        same &&= holds(fd, at, chunk);
        // write(2) may take less than it is given, as when the disk fills up.
        for (let done = same ? chunk.length : 0; done < chunk.length;) {
          done += fs.writeSync(fd, chunk, done, chunk.length - done, at + done);
        }
      });
      at += chunk.length;
    }
    attempt("write", path, () => {
      if (leftFd !== undefined) fs.ftruncateSync(fd, at);
      if (traits.owner !== undefined) fs.fchownSync(fd, traits.owner.uid, traits.owner.gid);
      fs.fchmodSync(fd, modeOf(traits, options.mode)); // whatever the umask says
      if (traits.fsync) fs.fsyncSync(fd);
    });
  } catch (error) {
    fs.closeSync(fd);
    // When the import is stopped it may be gone on with; else the session takes it away.
    if (!options.signal?.aborted) removeTemporary(temporary);
    throw error;
  }
  fs.closeSync(fd); // its errors are told by nobody: see `lateErrors`
  return Date.now() - BEGUN;
}

/** Opens a file that was left, if it is ours alone, and no hard link to one elsewhere; or removes it. */
function openLeft(temporary: string): number | undefined {
  try {
    const { O_RDWR, O_NOFOLLOW, O_NONBLOCK } = fs.constants;
    const fd = fs.openSync(temporary, O_RDWR | O_NOFOLLOW | O_NONBLOCK);
    const found = fs.fstatSync(fd);
    if (found.isFile() && found.nlink === 1 && found.uid === Deno.uid()) return fd;
    fs.closeSync(fd);
  } catch { /* it is no file that can be written */ }
  removeTemporary(temporary);
  return undefined;
}

/** Whether a file has these bytes at that place. */
function holds(fd: number, at: number, chunk: Uint8Array): boolean {
  const found = new Uint8Array(chunk.length);
  for (let read = 0; read < found.length;) {
    const count = fs.readSync(fd, found, read, found.length - read, at + read);
    if (count === 0) return false;
    read += count;
  }
  return Buffer.compare(found, chunk) === 0;
}

/** A server of another user reads it. Setuid and the like do not survive. */
export function modeOf({ mode }: FileTraits, wanted = 0o644): number {
  return mode === "keep" ? (wanted & 0o777) | 0o644 : 0o644;
}

/** Takes a temporary file away; what cannot be taken away now, the next `prepare` takes. */
export function removeTemporary(temporary: string): void {
  tried(() => fs.unlinkSync(temporary));
}

/** Gives the file that was left for a key a new name, once; false when there is none. */
export type TakeLeft = (key: string, name: string) => boolean;

/** The end of a temporary file's name tells its key: hashed, for names are limited to 255 bytes. */
export function keyMark(key: string): string {
  return `.${sha256Of(new TextEncoder().encode(key)).slice(0, 32)}`;
}

/** In milliseconds. Whoever has not gone on with an import for so long will not. */
const MAX_AGE = 7 * 24 * 60 * 60 * 1000;

/** Finds what was left for keys, and removes everything else. To be called under the lock. */
export async function findLeft(
  paths: Paths,
  temporary: DirHandle,
  signal: AbortSignal | undefined,
): Promise<TakeLeft> {
  const left = new Map<string, string>();
  await emptyFolder(paths, temporary, (name, mark) => {
    // Times in the future are of a clock that was wrong, and count as well.
    const age = Math.abs(Date.now() - fs.lstatSync(temporary.at(name)).mtimeMs);
    const isWanted = !left.has(mark) && age <= MAX_AGE;
    if (isWanted) left.set(mark, name);
    return isWanted;
  }, signal);
  return (key, name) => {
    const mark = keyMark(key);
    const found = left.get(mark);
    if (found === undefined) return false;
    left.delete(mark);
    // Where locks do not work, another run may have taken it: only one of both can rename it.
    const take = () => {
      fs.renameSync(temporary.at(found), name);
      return true;
    };
    return tried(take) ?? false;
  };
}

/** Removes temporary files, but for those that a next run can go on with and that are to be kept. */
export async function emptyFolder(
  paths: Paths,
  temporary: DirHandle,
  keep: (name: string, mark: string) => boolean,
  signal?: AbortSignal,
): Promise<void> {
  const empty = <T>(call: () => T) => attempt("empty", paths.temporary, call);
  for (const name of empty(() => fs.readdirSync(temporary.at()))) {
    await pause();
    signal?.throwIfAborted();
    const mark = /\.[0-9a-f]{32}$/.exec(name)?.[0]; // of others nobody can go on with
    if (mark !== undefined && empty(() => keep(name, mark))) continue;
    empty(() => fs.rmSync(temporary.at(name), { recursive: true, force: true }));
  }
}
