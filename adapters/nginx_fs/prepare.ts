/** Claiming a root for one import. */
import { statSync } from "node:fs";
import { errno } from "../../core/errno.ts";
import type { NginxFsConfig } from "./config.ts";
import { makeFolder } from "./folders.ts";
import { attempt, fault } from "./fs_error.ts";
import { type HeldFolder, holdFolder } from "./held_folder.ts";
import { emptyFolder, type LeftFiles, leftFiles } from "./left_files.ts";
import { takeLock } from "./lock.ts";
import type { Owner } from "./owner.ts";
import { nameOf, type Paths } from "./paths.ts";

/** A root that is this import's alone. */
export interface Claim extends Disposable {
  /** The folder of files that have no name yet. */
  readonly temporary: HeldFolder;
  /** What a run that was killed has left in it. */
  readonly left: LeftFiles;
  /** Has disposing leave what the next run can go on with. */
  keepStaged(): void;
}

/**
 * Makes binimport's own folder under the root, takes its lock, and looks at the temporary files
 * of a run that was killed. Disposing of the result removes what this run left and gives the lock
 * back.
 */
export async function claim(
  paths: Paths,
  { owner, lockWait }: Pick<NginxFsConfig, "owner" | "lockWait">,
  signal: AbortSignal | undefined,
): Promise<Claim> {
  requireRoot(paths.root);
  using claimed = new DisposableStack();
  const root = claimed.use(attempt("write into", paths.root, () => holdFolder(paths.root)));
  // The manifest in it is served; temporary files are nobody's business.
  const state = claimed.use(ownFolder(root, paths.state, owner));
  const temporary = claimed.use(ownFolder(state, paths.temporary, undefined, 0o700));
  claimed.use(await takeLock(paths, state, lockWait, signal));
  const left = leftFiles(paths, temporary);
  let keep = false;
  claimed.defer(() => emptyFolder(paths, temporary, keep));
  const held = claimed.move();
  return {
    temporary,
    left,
    keepStaged: () => void (keep = true),
    [Symbol.dispose]: () => held.dispose(),
  };
}

/** Throws codes `not-found` and `target` for what is no folder. */
export function requireRoot(root: string): void {
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

/** Not even by a link: what lies there is removed and renamed at will. */
function ownFolder(
  parent: HeldFolder,
  path: string,
  owner: Owner | undefined,
  mode?: number,
): HeldFolder {
  makeFolder(parent, path, owner, mode);
  return attempt("use", path, () => {
    try {
      return holdFolder(parent.at(nameOf(path)), "itself");
    } catch (error) {
      if (errno(error) !== "ENOTDIR") throw error;
      throw fault("target", "use", path, "it is no folder", {
        hint: "Move it away: binimport keeps its state there.",
      });
    }
  });
}
