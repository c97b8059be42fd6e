/** Claiming a root for one import. */
import { readdirSync, rmSync, statSync } from "node:fs";
import type { NginxFsConfig } from "./config.ts";
import { makeFolder } from "./folders.ts";
import { attempt, errno, fault } from "./fs_error.ts";
import { takeLock } from "./lock.ts";
import type { Paths } from "./paths.ts";
import { lstat } from "./reading.ts";

/**
 * Makes binimport's own folder under the root, takes its lock, and removes the temporary files of
 * a run that was killed. Disposing of the result removes what this run left and gives the lock
 * back.
 */
export async function claim(
  paths: Paths,
  { owner, lockWait }: Pick<NginxFsConfig, "owner" | "lockWait">,
  signal: AbortSignal | undefined,
): Promise<Disposable> {
  requireRoot(paths.root);
  // The manifest in it is served; temporary files are nobody's business.
  requireOwnFolder(paths.state, () => makeFolder(paths.state, owner));
  requireOwnFolder(paths.temporary, () => makeFolder(paths.temporary, undefined, 0o700));
  const lock = await takeLock(paths, lockWait, signal);
  try {
    empty(paths.temporary);
  } catch (error) {
    lock[Symbol.dispose]();
    throw error;
  }
  return {
    [Symbol.dispose]() {
      try {
        empty(paths.temporary);
      } finally {
        lock[Symbol.dispose]();
      }
    },
  };
}

function requireRoot(root: string): void {
  const found = attempt("write into", root, () => {
    try {
      return statSync(root);
    } catch (error) {
      if (errno(error) === "ENOENT") return undefined;
      throw error;
    }
  });
  if (found === undefined) {
    throw fault("not-found", "write into", root, "no such folder", {
      hint: "Create it with mkdir -p, or give another --root.",
    });
  }
  if (found.isDirectory()) return;
  throw fault("target", "write into", root, "it is no folder", {
    hint: "Give the folder that the server serves as --root.",
  });
}

function requireOwnFolder(path: string, make: () => boolean): void {
  if (make() || attempt("use", path, () => lstat(path))?.isDirectory) return;
  // Not even a link: what lies there is removed and renamed at will.
  throw fault("target", "use", path, "it is no folder", {
    hint: "Move it away: binimport keeps its state there.",
  });
}

function empty(folder: string): void {
  attempt("empty", folder, () => {
    for (const name of readdirSync(folder)) {
      rmSync(`${folder}/${name}`, { recursive: true, force: true });
    }
  });
}
