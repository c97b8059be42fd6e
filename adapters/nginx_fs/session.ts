/** Between `prepare` and dispose: the time in which a root is written to. */
import { closeSync, constants, fstatSync, openSync, statSync } from "node:fs";
import { basename } from "node:path/posix";
import { type AdapterHost, HELD_HINT, holderShown, ownHolder } from "../../core/storage/mod.ts";
import { errno } from "../../core/util/errno.ts";
import type { BinimportError } from "../../core/util/errors.ts";
import { pathOfOpen, readForeignText } from "../../core/util/foreign_file.ts";
import { sleep } from "../../core/util/retry.ts";
import { tried } from "../../core/util/tried.ts";
import { formatMode } from "../../core/util/units.ts";
import type { Owner } from "./accounts.ts";
import { type DirHandle, holdFolder, LastFolder, type Paths } from "./dir_handle.ts";
import { type Folders, folders, makeFolder } from "./directories.ts";
import { attempt, fault, fsError, lateErrors, noFolder } from "./file_system.ts";
import type { NginxFsConfig } from "./options.ts";
import { letServerRead, selinuxHost } from "./selinux.ts";
import { classLockedOut, type FolderWatch, watchParents } from "./server_access.ts";
import {
  emptyFolder,
  type FileTraits,
  findLeft,
  removeTemporary,
  type TakeLeft,
  writeAtOnce,
} from "./temp_file.ts";

/** What writing needs. Disposing of it removes what was never published, and gives back the lock. */
export interface Session extends Omit<Claim, "temporary"> {
  readonly paths: Paths;
  readonly config: NginxFsConfig;
  readonly traits: FileTraits;
  readonly folders: Folders;
  readonly lastFolder: LastFolder;
  /** Whether files keep the mode that they are given. */
  readonly keepsModes: boolean;
  /** How many temporary files there were; each has its number. */
  files: number;
  /** The path of a temporary file. */
  temporary(number: number): string;
}

/** Claims the root, and warns of what could keep the web server out. */
export async function openSession(
  paths: Paths,
  config: NginxFsConfig,
  host: AdapterHost,
  { signal, watch, onMade }: Readonly<
    { signal: AbortSignal | undefined; watch: FolderWatch; onMade: () => void }
  >,
): Promise<Session> {
  await using opened = new AsyncDisposableStack();
  const { temporary, takeLeft, keepStaged } = opened.use(await claim(paths, config, signal));
  watchParents(config, watch);
  if (config.selinux === "auto") await letServerRead(paths, selinuxHost(signal), host);
  const late = attempt("use", paths.temporary, () => lateErrors(temporary.at()));
  if (late !== undefined) {
    host.debug(`${config.root} lies on ${late}: every file is flushed before it gets its name`);
  }
  // Never from the key: a component of 255 bytes leaves no room for a suffix. Random, so that no
  // two are alike even where a file system knows no locks.
  const prefix = temporary.at(`${crypto.randomUUID().slice(0, 8)}-`);
  const keepsModes = tryMode(`${prefix}mode`, config, host);
  const session = {
    paths,
    config,
    traits: { ...config, fsync: config.fsync || late !== undefined },
    folders: folders(paths, config, watch, onMade),
    lastFolder: opened.adopt(new LastFolder(paths), disposeNow),
    keepsModes,
    files: 0,
    temporary: (number: number) => prefix + number.toString(36),
    takeLeft,
    keepStaged,
  };
  return Object.assign(opened.move(), session); // nothing can fail in it any more
}

/** Writes a file that all may read; on CIFS, FAT or what FUSE shows, the mount may decide otherwise. */
function tryMode(temporary: string, { root, serverUser }: NginxFsConfig, host: AdapterHost) {
  const written = tried(() => writeAtOnce(temporary, root, new Uint8Array(0), 0o644));
  if (written === undefined) return true; // the first file will tell what it lacks
  const found = attempt("use", root, () => statSync(temporary));
  removeTemporary(temporary);
  if (classLockedOut(found, serverUser, "read") === undefined) return true;
  const mode = formatMode(found.mode);
  const message = `Files in ${JSON.stringify(root)} get mode ${mode}, whatever is asked for`;
  const hint =
    "Mount its file system so that the web server may read it: umask=022 or file_mode=0644.";
  host.warn("mode-fixed", message, hint);
  return false;
}

/** A root that is this import's alone. */
interface Claim extends AsyncDisposable {
  /** The folder of files that have no name yet. */
  readonly temporary: DirHandle;
  readonly takeLeft: TakeLeft;
  /** Has disposing leave what the next run can go on with. */
  keepStaged(): void;
}

/** Takes a root's lock and finds what a killed run left; disposing removes what this one leaves. */
export async function claim(
  paths: Paths,
  { owner, lockWait }: Pick<NginxFsConfig, "owner" | "lockWait">,
  signal: AbortSignal | undefined,
): Promise<Claim> {
  requireRoot(paths.root);
  await using claimed = new AsyncDisposableStack();
  const held = claimed.adopt(new DisposableStack(), disposeNow);
  const root = held.use(attempt("write into", paths.root, () => holdFolder(paths.root)));
  // The manifest in it is served; temporary files are nobody's business.
  const state = held.use(ownFolder(root, paths.state, owner));
  const temporary = held.use(ownFolder(state, paths.temporary, undefined, 0o700));
  held.use(await takeLock(paths, state, lockWait, signal));
  const takeLeft = await findLeft(paths, temporary, signal);
  let keep = false;
  claimed.defer(() => emptyFolder(paths, temporary, () => keep));
  const keepStaged = () => void (keep = true);
  return Object.assign(claimed.move(), { temporary, takeLeft, keepStaged });
}

/** Bun's asynchronous stack does not take by `use` what is disposed of at once. */
function disposeNow(held: Disposable): void {
  held[Symbol.dispose]();
}

/** Throws codes `not-found` and `target` for what is no folder. */
export function requireRoot(root: string): void {
  const found = attempt("write into", root, () => statSync(root, { throwIfNoEntry: false }));
  if (found === undefined) throw noFolder("write into", root);
  if (found.isDirectory()) return;
  const hint = "Give the folder that the server serves as --root.";
  throw fault("target", "write into", root, "it is no folder", { hint });
}

/** Not even by a link: what lies there is removed and renamed at will. */
function ownFolder(parent: DirHandle, path: string, owner?: Owner, mode?: number): DirHandle {
  makeFolder(parent, path, owner, mode);
  try {
    return holdFolder(parent.at(basename(path)), "itself");
  } catch (error) {
    if (errno(error) !== "ENOTDIR") throw fsError("use", path, error);
    const hint = "Move it away: binimport keeps its state there.";
    throw fault("target", "use", path, "it is no folder", { hint });
  }
}

/** How often a held lock is tried again, in milliseconds. */
const PAUSE = 100;

/** In bytes; a line. */
const MAX_HOLDER = 4096;

/**
 * Takes the lock of a root by flock(2), which ends with its process: a lock file left behind blocks
 * nobody. Waits up to `wait` milliseconds; then throws code `locked`, naming the holder.
 */
async function takeLock(
  paths: Paths,
  state: DirHandle,
  wait: number,
  signal: AbortSignal | undefined,
): Promise<Disposable> {
  signal?.throwIfAborted();
  using held = new DisposableStack();
  const file = held.use(openLock(paths, state));
  const begun = performance.now();
  while (!attempt("lock", paths.root, () => file.tryLockSync(true))) {
    const left = wait - (performance.now() - begun);
    if (left <= 0) throw lockedByAnother(paths);
    await sleep(Math.min(PAUSE, left), signal);
  }
  // A child that is just being started has the open file, too, until it runs its program (fork(2)):
  // closed alone, the lock would be held for that moment.
  held.defer(() => file.unlockSync());
  attempt("lock", paths.root, () => {
    file.truncateSync(0);
    file.writeSync(new TextEncoder().encode(`${ownHolder()}\n`));
  });
  return held.move();
}

/** A link in its place could have us write anywhere, so it is opened as what it is. */
function openLock({ root, lock }: Paths, folder: DirHandle): Deno.FsFile {
  const { O_RDWR, O_CREAT, O_NOFOLLOW, O_NONBLOCK } = constants;
  const state = `${JSON.stringify(lock)} is no file of its own`;
  const notOurs = () => fault("target", "lock", root, state, { hint: "Remove it." });
  let fd: number | undefined;
  try {
    fd = openSync(folder.at(basename(lock)), O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK, 0o600);
    const found = fstatSync(fd);
    // Of a file with another name somewhere, the bytes are not ours to overwrite.
    if (!found.isFile() || found.nlink > 1) throw notOurs();
    return Deno.openSync(pathOfOpen(fd, lock), { read: true, write: true });
  } catch (error) {
    if (["ELOOP", "EISDIR", "ENXIO"].includes(errno(error) ?? "")) throw notOurs();
    throw fsError("lock", root, error);
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}

function lockedByAnother({ root, lock }: Paths): BinimportError {
  // Not written yet, or somebody else wrote there.
  const text = tried(() => readForeignText(lock, MAX_HOLDER, { follow: false })) ?? "";
  const state = `another import holds it${holderShown(text.trim())}`;
  return fault("locked", "lock", root, state, { hint: HELD_HINT });
}
