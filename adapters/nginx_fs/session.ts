/** Between `prepare` and dispose: the time in which a root is written to. */
import type { AdapterHost } from "../../core/adapter.ts";
import { watchFolders, watchWayTo } from "./closed_folders.ts";
import type { NginxFsConfig } from "./config.ts";
import { type Folders, folders } from "./folders.ts";
import { attempt } from "./fs_error.ts";
import { type LastFolder, lastFolder } from "./held_folder.ts";
import { lateErrors } from "./late_errors.ts";
import type { LeftFiles } from "./left_files.ts";
import type { Paths } from "./paths.ts";
import { claim } from "./prepare.ts";
import { selinuxHost } from "./selinux/host.ts";
import { letServerRead } from "./selinux/let_server_read.ts";
import type { FileTraits } from "./staging.ts";

/** What writing needs. Disposing of it removes what was never published, and gives back the lock. */
export interface Session extends Disposable {
  /** Where things lie. */
  readonly paths: Paths;
  /** How they are written. */
  readonly config: NginxFsConfig;
  /** How files are to be. */
  readonly traits: FileTraits;
  /** The folders of keys. */
  readonly folders: Folders;
  /** The folder that a file was given its name in last. */
  readonly lastFolder: LastFolder;
  /** The path of a temporary file that is not there yet. */
  temporary(): string;
  /** What a run that was stopped or killed has left. */
  readonly left: LeftFiles;
  /** Has what is whole and not published stay for the next run. */
  keepStaged(): void;
}

/** Options of {@linkcode openSession}. */
export interface SessionOptions {
  readonly signal: AbortSignal | undefined;
  /** Told of each folder that is made. */
  readonly onFolder: () => void;
}

/** Claims the root and begins a session; warns of what could keep the web server out. */
export async function openSession(
  paths: Paths,
  config: NginxFsConfig,
  host: AdapterHost,
  { signal, onFolder }: SessionOptions,
): Promise<Session> {
  using claimed = new DisposableStack();
  const { temporary, left, keepStaged } = claimed.use(await claim(paths, config, signal));
  const watch = watchFolders(config.serverUser, host);
  watchWayTo(config, watch);
  if (config.selinux === "auto") await letServerRead(paths, selinuxHost(signal), host);
  const late = attempt("use", paths.temporary, () => lateErrors(temporary.at()));
  if (late !== undefined) {
    host.debug(`${config.root} lies on ${late}: every file is flushed before it gets its name`);
  }
  const below = folders(paths, config, { watch, onMade: onFolder });
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
    temporary: () => prefix + (++files).toString(36),
    left,
    keepStaged,
    [Symbol.dispose]: () => kept.dispose(),
  };
}
