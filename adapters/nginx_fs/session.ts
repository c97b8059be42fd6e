/** Between `prepare` and dispose: the time in which a root is written to. */
import { statSync } from "node:fs";
import type { AdapterHost } from "../../core/storage/mod.ts";
import { errno } from "../../core/util/errno.ts";
import type { Owner } from "./accounts.ts";
import {
  type DirHandle,
  holdFolder,
  type LastFolder,
  lastFolder,
  nameOf,
  type Paths,
} from "./dir_handle.ts";
import { type Folders, folders, makeFolder } from "./directories.ts";
import { attempt, fault, noFolder } from "./errors.ts";
import { lateErrors } from "./file_system.ts";
import { takeLock } from "./lock.ts";
import type { NginxFsConfig } from "./options.ts";
import { letServerRead, selinuxHost } from "./selinux/mod.ts";
import { watchFolders, watchParents } from "./server_access.ts";
import { emptyFolder, type LeftFiles, leftFiles } from "./stale_temp_files.ts";
import type { FileTraits } from "./temp_file.ts";

/** What writing needs. Disposing of it removes what was never published, and gives back the lock. */
export interface Session extends Omit<Claim, "temporary"> {
  readonly paths: Paths;
  readonly config: NginxFsConfig;
  /** How files are to be. */
  readonly traits: FileTraits;
  readonly folders: Folders;
  /** The folder that a file was given its name in last. */
  readonly lastFolder: LastFolder;
  /** The number of a temporary file that is not there yet. */
  nextNumber(): number;
  /** The path of a temporary file. */
  temporary(number: number): string;
}

/**
 * Claims the root and begins a session; warns of what could keep the web server out. Each folder that
 * is made is told to `onFolder`.
 */
export async function openSession(
  paths: Paths,
  config: NginxFsConfig,
  host: AdapterHost,
  { signal, onFolder }: { signal: AbortSignal | undefined; onFolder: () => void },
): Promise<Session> {
  using claimed = new DisposableStack();
  const { temporary, left, keepStaged } = claimed.use(await claim(paths, config, signal));
  const watch = watchFolders(config.serverUser, host);
  watchParents(config, watch);
  if (config.selinux === "auto") await letServerRead(paths, selinuxHost(signal), host);
  const late = attempt("use", paths.temporary, () => lateErrors(temporary.at()));
  if (late !== undefined) {
    host.debug(`${config.root} lies on ${late}: every file is flushed before it gets its name`);
  }
  const below = folders(paths, config, watch, onFolder);
  const last = claimed.use(lastFolder(paths));
  const kept = claimed.move();
  // Never from the key: a component of 255 bytes leaves no room for a suffix. Random, so that no
  // two are alike even where a file system knows no locks.
  const prefix = temporary.at(`${crypto.randomUUID().slice(0, 8)}-`);
  let files = 0;
  return {
    paths,
    config,
    traits: { ...config, fsync: config.fsync || late !== undefined },
    folders: below,
    lastFolder: last,
    nextNumber: () => ++files,
    temporary: (number) => prefix + number.toString(36),
    left,
    keepStaged,
    [Symbol.dispose]: () => kept.dispose(),
  };
}

/** A root that is this import's alone. */
export interface Claim extends Disposable {
  /** The folder of files that have no name yet. */
  readonly temporary: DirHandle;
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
  const found = attempt("write into", root, () => statSync(root, { throwIfNoEntry: false }));
  if (found === undefined) throw noFolder("write into", root);
  if (found.isDirectory()) return;
  throw fault("target", "write into", root, "it is no folder", {
    hint: "Give the folder that the server serves as --root.",
  });
}

/** Not even by a link: what lies there is removed and renamed at will. */
function ownFolder(
  parent: DirHandle,
  path: string,
  owner: Owner | undefined,
  mode?: number,
): DirHandle {
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
