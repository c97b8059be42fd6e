/** Temporary files of a run that was killed: what is in them need not be written again. */
import { lstatSync, readdirSync, renameSync, rmSync } from "node:fs";
import { sha256Of } from "../../core/util/digest.ts";
import { errno } from "../../core/util/errno.ts";
import type { DirHandle, Paths } from "./dir_handle.ts";
import { attempt, fsError } from "./errors.ts";

/** Files that were left, by the key that they were for. */
export interface LeftFiles {
  /** Gives the file left for a key a new name, once; false when there is none. */
  take(key: string, name: string): boolean;
}

/** The end of a temporary file's name tells its key: hashed, for names are limited to 255 bytes. */
export function keyMark(key: string): string {
  return `.${sha256Of(new TextEncoder().encode(key)).slice(0, 32)}`;
}

/** The mark in a temporary file's name; undefined of one that nobody can go on with. */
function markOf(name: string): string | undefined {
  return /\.[0-9a-f]{32}$/.exec(name)?.[0];
}

/** In milliseconds. Whoever has not gone on with an import for so long will not. */
const MAX_AGE = 7 * 24 * 60 * 60 * 1000;

/** Finds what was left for keys, and removes everything else. To be called under the lock. */
export function leftFiles(paths: Paths, temporary: DirHandle): LeftFiles {
  const left = new Map<string, string>();
  attempt("empty", paths.temporary, () => {
    for (const name of readdirSync(temporary.at())) {
      const mark = markOf(name);
      if (
        mark === undefined || left.has(mark) ||
        Date.now() - lstatSync(temporary.at(name)).mtimeMs > MAX_AGE
      ) {
        remove(temporary, name);
      } else left.set(mark, name);
    }
  });
  return {
    take(key, name) {
      const mark = keyMark(key);
      const found = left.get(mark);
      if (found === undefined) return false;
      left.delete(mark);
      try {
        // Where locks do not work, another run may have taken it: only one of both can rename it.
        renameSync(temporary.at(found), name);
        return true;
      } catch {
        return false;
      }
    },
  };
}

/** Removes all temporary files, but for those that a next run can go on with if they are kept. */
export function emptyFolder(paths: Paths, temporary: DirHandle, keep: boolean): void {
  attempt("empty", paths.temporary, () => {
    for (const name of readdirSync(temporary.at())) {
      if (!keep || markOf(name) === undefined) remove(temporary, name);
    }
  });
}

/** How many temporary files there are. */
export function countLeft(paths: Paths): number {
  try {
    return readdirSync(paths.temporary).length;
  } catch (error) {
    if (errno(error) === "ENOENT") return 0;
    throw fsError("read", paths.temporary, error);
  }
}

function remove(temporary: DirHandle, name: string): void {
  rmSync(temporary.at(name), { recursive: true, force: true });
}
