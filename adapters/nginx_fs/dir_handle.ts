/**
 * A folder held open. Between looking at a path and writing below it, whoever may write to the root
 * can put a link in the place of a folder. A name below an open folder means that folder, whatever
 * has become of its path: so it is opened first, and looked at then.
 *
 * What openat(2) and renameat(2) are there for is reached by `/proc/self/fd` (proc(5)). Where that
 * is not to be had, as under narrow permissions of Deno, the path is used, looked at just before.
 */
import fs from "node:fs";
import { assertKey, STATE_FOLDER } from "../../core/storage/mod.ts";
import { O_PATH, pathOfOpen } from "../../core/util/foreign_file.ts";
import { tried } from "../../core/util/tried.ts";
import { fault } from "./file_system.ts";

export interface DirHandle extends Disposable {
  /** Where it lies, without links. */
  readonly real: string;
  /** Whether it has not been moved since it was opened. */
  isWhereItWas(): boolean;
  /** The path of a name in this very folder; without a name, of the folder. */
  at(name?: string): string;
}

/** Opens what a path leads to, or only the folder `itself`. Throws what the system says. */
export function holdFolder(path: string, which: "target" | "itself" = "target"): DirHandle {
  const noLink = which === "itself" ? fs.constants.O_NOFOLLOW : 0;
  const fd = fs.openSync(path === "" ? "/" : path, O_PATH | fs.constants.O_DIRECTORY | noLink);
  const close = () => fs.closeSync(fd);
  try {
    const held = pathOfOpen(fd, path);
    const where = () => held === path ? fs.realpathSync(path) : fs.readlinkSync(held);
    const real = where();
    return {
      real,
      isWhereItWas: () => where() === real,
      at: (name) => name === undefined ? held : join(held, name),
      [Symbol.dispose]: close,
    };
  } catch (error) {
    close();
    throw error;
  }
}

/** The mount that a folder, a file or a link itself lies on; its file system where /proc is not. */
export function mountOf(path: string): string {
  const isFolder = fs.statSync(path, { throwIfNoEntry: false })?.isDirectory();
  const { O_DIRECTORY, O_NOFOLLOW } = fs.constants;
  const fd = fs.openSync(path, O_PATH | (isFolder ? O_DIRECTORY : O_NOFOLLOW));
  try {
    const info = tried(() => fs.readFileSync(`/proc/self/fdinfo/${fd}`, "utf8"));
    return /^mnt_id:\s*(\d+)/m.exec(info ?? "")?.[1] ?? `device ${fs.lstatSync(path).dev}`;
  } finally {
    fs.closeSync(fd);
  }
}

/** Opens a folder; throws code `target` unless keys may lie in it. */
export function holdInside(paths: Paths, path: string): DirHandle {
  const folder = holdFolder(path);
  // A key's own path is inside, unless a link leads elsewhere.
  const leads = folder.real === path ? undefined : strays(paths, folder.real);
  if (leads === undefined) return folder;
  folder[Symbol.dispose]();
  const hint = "Somebody put a link in the place of a folder while the import ran.";
  throw fault("target", "write into", path, `it leads ${leads}`, { hint });
}

/** The bit of `chmod g+s`: what is made in such a folder gets its group, a folder also the bit. */
export const S_ISGID = 0o2000;

/** A folder, and the group that files get which are made in it, if it decides. */
type GroupedFolder = DirHandle & { readonly group: number | undefined };

/** For many files in a row that go into one folder, as to open it takes four calls of the system. */
export class LastFolder implements Disposable {
  private last: { readonly path: string; readonly folder: GroupedFolder } | undefined;

  constructor(private readonly paths: Paths) {}

  /**
   * As {@linkcode holdInside}, but the folder stays open until another one is asked for. Throws code
   * `target` when the last one was moved meanwhile, and with it what was put there.
   */
  hold(path: string): GroupedFolder {
    const { last } = this;
    if (last?.path === path) return last.folder;
    const isMoved = last?.folder.isWhereItWas() === false;
    this[Symbol.dispose]();
    if (last !== undefined && isMoved) {
      const hint = "Find out what does that, and run the import again.";
      throw fault("target", "write into", last.path, "it was moved while the import ran", { hint });
    }
    const folder = holdInside(this.paths, path);
    const { mode, gid } = fs.statSync(folder.at());
    const group = (mode & S_ISGID) === 0 ? undefined : gid;
    this.last = { path, folder: { ...folder, group } };
    return this.last.folder;
  }

  [Symbol.dispose](): void {
    this.last?.folder[Symbol.dispose]();
    this.last = undefined;
  }
}

/** Where a folder lies that is not to be written to by a key; undefined of one that is. */
export function strays({ root, state }: Paths, real: string): string | undefined {
  const inside = `${real}/`.startsWith(root === "/" ? "/" : `${root}/`);
  if (!inside) return "out of the root";
  return `${real}/`.startsWith(`${state}/`) ? "into binimport's own folder" : undefined;
}

/** The places under one root. */
export interface Paths {
  /** The root: absolute, its own links resolved, without a slash at the end. */
  readonly root: string;
  /** The folder of binimport's state. It is served, so that its manifest can be fetched. */
  readonly state: string;
  /** The folder of files that have no name yet: on the root's file system, so renaming works. */
  readonly temporary: string;
  /** The file that the import under way has locked. */
  readonly lock: string;
}

/** The places under a root, which need not exist yet. */
export function pathsUnder(root: string): Paths {
  const real = realPath(root) ?? root; // what is wrong with it is told by whoever needs it
  const state = join(real, STATE_FOLDER);
  return { root: real, state, temporary: `${state}/tmp`, lock: `${state}/lock` };
}

/** Where a path leads; undefined where that cannot be told. */
export function realPath(path: string): string | undefined {
  return tried(() => fs.realpathSync(path));
}

/** The path of a key. Throws code `invalid-key` for one that is none, or that is kept for us. */
export function pathOf({ root }: Paths, key: string): string {
  assertKey(key);
  if (isReserved(key)) {
    throw fault("invalid-key", "use", key, "it is kept for binimport", { key });
  }
  return join(root, key);
}

/** Everything before the last slash. */
export function parentOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf("/")));
}

/** A path below a folder. */
export function join(folder: string, rest: string): string {
  return folder === "/" ? `/${rest}` : `${folder}/${rest}`;
}

const RESERVED = new RegExp(`^${RegExp.escape(STATE_FOLDER)}(?:$|/(?:tmp|lock)(?:$|/))`, "i");

/** Whether a key belongs to the lock or the temporary files. */
export function isReserved(key: string): boolean {
  return key.startsWith(".") && RESERVED.test(key);
}
