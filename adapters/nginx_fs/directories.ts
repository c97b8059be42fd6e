/** The folders of keys: they exist, lie inside the root, and can be read by the server. */
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  realpathSync,
  rmdirSync,
  type Stats,
  statSync,
} from "node:fs";
import { errno } from "../../core/util/errno.ts";
import type { Owner } from "./accounts.ts";
import {
  type DirHandle,
  holdFolder,
  holdInside,
  join,
  mountOf,
  nameOf,
  parentOf,
  type Paths,
  strays,
} from "./dir_handle.ts";
import { attempt, fault, fsError } from "./errors.ts";
import { flush } from "./file_system.ts";
import { lstat } from "./reading.ts";

/** Permissions of folders that we make: whatever the umask says, the server can enter them. */
const MODE = 0o755;

/** Looks after the folders below one root. What was seen once is not looked at again. */
export interface Folders {
  /** The mount that the root lies on, as {@linkcode mountOf} tells it. */
  readonly mount: string;
  /**
   * Throws code `target` when a key's folders lead out of the root or are none, as far as they
   * exist; tells whether all of them do. Makes nothing.
   */
  check(key: string): boolean;
  /** Makes a key's folders, after the same check. */
  make(key: string): void;
  /** Removes a key's folders as far up as they are empty. */
  prune(key: string): void;
  /** Forgets what was seen: somebody removed a folder meanwhile. */
  forget(): void;
}

/**
 * Looks after the folders below a root that exists. Each that was there before is shown to `watch`, each
 * that is made is told to `onMade`.
 */
export function folders(
  paths: Paths,
  { owner, fsync }: { readonly owner?: Owner | undefined; readonly fsync: boolean },
  watch: (path: string, found: Stats) => void = () => {},
  onMade: () => void = () => {},
): Folders {
  const checked = new Map<string, boolean>();
  const made = new Map<string, boolean>();
  const mount = attempt("read", paths.root, () => mountOf(paths.root));

  function requireSafe(path: string): void {
    const isLink = attempt("write into", path, () => lstat(path))?.isSymlink;
    if (isLink) requireInside(paths, path);
    watch(path, requireFolder(path, mount));
  }

  function check(folder: string): boolean {
    const path = join(paths.root, folder);
    // Mostly there is nothing, and this tells it ten times faster than an exception. A link that
    // leads nowhere passes here, and not in `make`.
    if (!existsSync(path)) return false;
    requireSafe(path);
    return true;
  }

  function make(folder: string): boolean {
    const path = join(paths.root, folder);
    using parent = attempt("write into", path, () => holdInside(paths, parentOf(path)));
    if (makeFolder(parent, path, owner)) {
      onMade();
      if (fsync) attempt("write", path, () => flush(parentOf(path)));
    } else requireSafe(path);
    return true;
  }

  return {
    mount,
    check: (key) => visit(key, checked, check),
    make: (key) => void visit(key, made, make),
    prune(key) {
      for (const folder of foldersOf(key).reverse()) {
        if (!removeFolder(paths, join(paths.root, folder))) return;
        made.delete(folder);
        checked.delete(folder);
      }
    },
    forget() {
      made.clear();
      checked.clear();
    },
  };
}

/**
 * Calls `look` on each folder of a key that is not in `seen` yet, outermost first; gives what it
 * said of the innermost. Below a folder that it says is not there, it is not asked.
 */
function visit(
  key: string,
  seen: Map<string, boolean>,
  look: (folder: string) => boolean,
): boolean {
  const parent = parentOf(key);
  if (parent === "") return true;
  let found = seen.get(parent);
  if (found !== undefined) return found;
  for (const folder of foldersOf(key)) {
    found = found === false ? false : seen.get(folder) ?? look(folder);
    seen.set(folder, found);
  }
  return found ?? true;
}

/** `a`, `a/b` of `a/b/c`. */
function foldersOf(key: string): string[] {
  const folders: string[] = [];
  for (let at = key.indexOf("/"); at >= 0; at = key.indexOf("/", at + 1)) {
    folders.push(key.slice(0, at));
  }
  return folders;
}

/** Makes a folder in an open one, for everyone to enter; false when its name is taken. */
export function makeFolder(
  parent: DirHandle,
  path: string,
  owner: Owner | undefined,
  mode: number = MODE,
): boolean {
  return attempt("make the folder", path, () => {
    try {
      mkdirSync(parent.at(nameOf(path)), mode);
    } catch (error) {
      if (errno(error) === "EEXIST") return false;
      throw error;
    }
    using made = holdFolder(parent.at(nameOf(path)), "itself");
    if (owner !== undefined) chownSync(made.at(), owner.uid, owner.gid);
    chmodSync(made.at(), mode);
    return true;
  });
}

/** A link is followed only while it stays inside the root, and out of our own state. */
function requireInside(paths: Paths, link: string): void {
  const real = attempt("write through the link", link, () => realpathSync(link));
  const where = strays(paths, real);
  if (where === undefined) return;
  throw fault("target", "write through", link, `the link leads ${where}`, {
    hint: "Remove the link, or import into the folder that it leads to.",
  });
}

/** A mount of the same file system counts as another one: rename(2) leads into none. */
function requireFolder(path: string, home: string): Stats {
  const found = attempt("write into", path, () => statSync(path));
  if (!found.isDirectory()) {
    throw fault("target", "write into", path, "it is a file", {
      hint: "Move it away: the package has a folder of that name.",
    });
  }
  if (attempt("write into", path, () => mountOf(path)) !== home) {
    throw fault("target", "write into", path, "it is a mount of its own", {
      hint: "A file cannot be renamed into it. Give it as a --root of its own.",
    });
  }
  return found;
}

/** Removes a folder; false when it is not empty or no folder. */
function removeFolder(paths: Paths, path: string): boolean {
  try {
    using parent = holdInside(paths, parentOf(path));
    rmdirSync(parent.at(nameOf(path)));
    return true;
  } catch (error) {
    if (["ENOTEMPTY", "EEXIST", "ENOTDIR"].includes(errno(error) ?? "")) return false;
    if (errno(error) === "ENOENT") return true;
    throw fsError("remove the folder", path, error);
  }
}
