/** The folders of keys: they exist, lie inside the root, and can be read by the server. */
import fs from "node:fs";
import { basename } from "node:path/posix";
import { errno } from "../../core/util/errno.ts";
import type { Owner } from "./accounts.ts";
import {
  type DirHandle,
  holdFolder,
  holdInside,
  join,
  mountOf,
  parentOf,
  type Paths,
  S_ISGID,
  strays,
} from "./dir_handle.ts";
import { attempt, fault, flush, fsError } from "./file_system.ts";
import { lstat } from "./reading.ts";

/** Looks after the folders below one root. What was seen once is not looked at again. */
export interface Folders {
  /** The mount that the root lies on, as {@linkcode mountOf} tells it. */
  readonly mount: string;
  /** Throws code `target` where a key's folders may not be used; tells whether all of them exist. */
  check(key: string): boolean;
  /** Makes a key's folders, after the same check. */
  make(key: string): void;
  /** Removes a key's folders as far up as they are empty. */
  prune(key: string): void;
  /** Forgets what was seen: somebody removed a folder meanwhile. */
  forget(): void;
}

/** Of a root that exists. Folders that were there are shown to `watch`; `onMade` hears of new ones. */
export function folders(
  paths: Paths,
  { owner, fsync }: { readonly owner?: Owner | undefined; readonly fsync: boolean },
  watch: (path: string, found: fs.Stats) => void = () => {},
  onMade: () => void = () => {},
): Folders {
  const mount = attempt("read", paths.root, () => mountOf(paths.root));
  /** Whether a folder is there, and may be written to. */
  const seen = new Map<string, boolean>([["", true]]);

  function look(folder: string): void {
    const path = join(paths.root, folder);
    if (attempt("write into", path, () => lstat(path))?.isSymlink) {
      const real = attempt("write through the link", path, () => fs.realpathSync(path));
      const leads = strays(paths, real);
      if (leads !== undefined) {
        const hint = "Remove the link, or import into the folder that it leads to.";
        throw fault("target", "write through", path, `the link leads ${leads}`, { hint });
      }
    }
    const found = attempt("write into", path, () => fs.statSync(path));
    if (!found.isDirectory()) {
      const hint = "Move it away: the package has a folder of that name.";
      throw fault("target", "write into", path, "it is a file", { hint });
    }
    // A mount of the same file system counts as another one: rename(2) leads into none.
    if (attempt("write into", path, () => mountOf(path)) !== mount) {
      const hint = "A file cannot be renamed into it. Give it as a --root of its own.";
      throw fault("target", "write into", path, "it is a mount of its own", { hint });
    }
    watch(path, found);
    seen.set(folder, true);
  }

  return {
    mount,
    check(key) {
      const parent = parentOf(key);
      for (const folder of seen.has(parent) ? [] : foldersOf(key)) {
        if (seen.get(folder)) continue;
        // Mostly there is nothing, and this tells it ten times faster than an exception. A link that
        // leads nowhere passes here, and not in `make`.
        if (seen.has(folder) || !fs.existsSync(join(paths.root, folder))) {
          seen.set(parent, false);
          break;
        }
        look(folder);
      }
      return seen.get(parent) === true;
    },
    make(key) {
      if (seen.get(parentOf(key))) return;
      for (const folder of foldersOf(key).filter((one) => !seen.get(one))) {
        const path = join(paths.root, folder);
        using parent = attempt("write into", path, () => holdInside(paths, parentOf(path)));
        if (makeFolder(parent, path, owner)) {
          seen.set(folder, true);
          onMade();
          if (fsync) attempt("write", path, () => flush(parentOf(path)));
        } else look(folder);
      }
    },
    prune(key) {
      for (const folder of foldersOf(key).reverse()) {
        const path = join(paths.root, folder);
        try {
          using parent = holdInside(paths, parentOf(path));
          fs.rmdirSync(parent.at(basename(path)));
        } catch (error) {
          const name = errno(error) ?? "";
          if (["ENOTEMPTY", "EEXIST", "ENOTDIR"].includes(name)) return;
          if (name !== "ENOENT") throw fsError("remove the folder", path, error);
        }
        seen.delete(folder);
      }
    },
    forget() {
      seen.clear();
      seen.set("", true);
    },
  };
}

/** `a`, `a/b` of `a/b/c`. */
function foldersOf(key: string): string[] {
  const folders: string[] = [];
  for (let at = key.indexOf("/"); at >= 0; at = key.indexOf("/", at + 1)) {
    folders.push(key.slice(0, at));
  }
  return folders;
}

/** Makes a folder in an open one, of this mode whatever the umask says; false if its name is taken. */
export function makeFolder(
  parent: DirHandle,
  path: string,
  owner: Owner | undefined,
  mode = 0o755,
): boolean {
  return attempt("make the folder", path, () => {
    try {
      fs.mkdirSync(parent.at(basename(path)), mode);
    } catch (error) {
      if (errno(error) === "EEXIST") return false;
      throw error;
    }
    using made = holdFolder(parent.at(basename(path)), "itself");
    if (owner !== undefined) fs.chownSync(made.at(), owner.uid, owner.gid);
    const given = fs.statSync(made.at()).mode;
    // Not needlessly: who is not in the group that was handed down would take the bit away.
    if ((given & 0o777) !== mode) fs.chmodSync(made.at(), mode | (given & S_ISGID));
    return true;
  });
}
