/** The adapter of one folder. */
import { accessSync, constants, renameSync } from "node:fs";
import type { AdapterHost, StorageAdapter } from "../../core/storage/mod.ts";
import { errno } from "../../core/util/errno.ts";
import { digestWorkers, prepareFiles } from "../../core/util/hash_workers.ts";
import { urlOfKey } from "../option_values.ts";
import { pathsUnder } from "./dir_handle.ts";
import { type Folders, folders } from "./directories.ts";
import { attempt, fault, roomIn } from "./file_system.ts";
import type { NginxFsConfig } from "./options.ts";
import { digestOfFile, entriesOf, fileFinder, openBody } from "./reading.ts";
import { letServerRead, selinuxHost } from "./selinux.ts";
import { classLockedOut, watchFolders, watchParents } from "./server_access.ts";
import { claim, openSession, requireRoot, type Session } from "./session.ts";
import { putFile, removeFile, requireFreeName, stageBytes, stageFile } from "./staged_file.ts";

/** Files are written under a temporary name and renamed: a reader sees the old or the whole new one. */
export function nginxFsAdapter(config: NginxFsConfig, host: AdapterHost): StorageAdapter {
  const paths = pathsUnder(config.root);
  const { url } = config;
  const workers = digestWorkers(prepareFiles);
  const watch = watchFolders(paths, config.serverUser, host);
  let session: Promise<Session> | undefined;
  let ready: Session | undefined;
  let looked: Folders | undefined;
  const { find, list, forget } = fileFinder(paths, {
    isOurs: () => session !== undefined,
    onFolder: (path, found) => ready && watch(path, found),
    // What cannot be opened by writing it again counts as it is.
    isClosed: (found) =>
      (ready?.keepsModes ?? true) && classLockedOut(found, config.serverUser, "read") !== undefined,
  });

  function prepared(): Promise<Session> {
    if (session !== undefined) return session;
    const hint = "Call prepare() before the first put, stage or remove.";
    throw fault("target", "write into", paths.root, "it is not prepared", { hint });
  }

  return {
    target: `nginx-fs:${config.root}`,
    folder: config.root,
    capabilities: {
      atomicPut: true,
      verifiesSha256: true,
      // Writing is synchronous; more than one lets several packages be inflated side by side.
      maxConcurrency: 4,
    },
    stat: (key) => Promise.try(() => find(key)),
    get: (key) => Promise.try(() => openBody(paths, key)),
    digest: async (key, options) =>
      await digestOfFile(paths, workers, key, find(key), options?.signal),
    list: (prefix, options) => list(prefix, options?.signal),
    put: async (key, source, options) => await putFile(await prepared(), key, source, options),
    stage: async (key, source, options) => await stageFile(await prepared(), key, source, options),
    immediate() {
      if (ready === undefined || ready.traits.owner !== undefined || ready.traits.fsync) return;
      const open = ready;
      return { stat: find, stage: (key, bytes, mode) => stageBytes(open, key, bytes, mode) };
    },
    keepStaged() {
      session?.then((one) => one.keepStaged(), () => {});
    },
    async clearStaged(_keys, { dryRun = false, signal } = {}) {
      const count = entriesOf(paths.temporary, "read").length;
      if (count === 0 || dryRun) return count;
      await (await claim(paths, config, signal))[Symbol.asyncDispose](); // takes all of it away
      return count;
    },
    remove: async (key) => removeFile(await prepared(), key),
    async prepare({ signal } = {}) {
      session ??= openSession(paths, config, host, { signal, watch, onMade: forget });
      try {
        ready = await session;
        forget();
      } catch (error) {
        session = undefined; // so that it can be tried again
        throw error;
      }
    },
    freeSpace: () => Promise.try(() => roomIn(paths)),
    async checkReady({ signal } = {}) {
      const { root } = paths;
      requireRoot(root);
      attempt("write into", root, () => {
        accessSync(root, constants.W_OK | constants.X_OK);
        refuseReadOnly(root);
      });
      watchParents(config, watch);
      if (config.selinux === "auto") {
        await letServerRead(paths, selinuxHost(signal), host, "look");
      }
    },
    checkPut: (key) =>
      Promise.try(() => {
        looked ??= folders(paths, config);
        requireFreeName(paths, key, looked);
      }),
    publicUrl: (key) => url === undefined ? undefined : urlOfKey(url, key),
    async [Symbol.asyncDispose]() {
      const ended = session;
      session = ready = undefined;
      workers[Symbol.dispose]();
      // A `prepare` that failed holds nothing, and has told why.
      await (await ended?.catch(() => undefined))?.[Symbol.asyncDispose]();
    },
  };
}

/** Modes do not tell of a mount: `rename` of a name that is not there says `EROFS` before `ENOENT`. */
function refuseReadOnly(root: string): void {
  const absent = `${root}/${crypto.randomUUID()}`;
  try {
    renameSync(absent, absent);
  } catch (error) {
    if (errno(error) !== "ENOENT") throw error;
  }
}
