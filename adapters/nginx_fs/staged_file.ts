/** Giving files their names, and taking them away. */
import { Buffer } from "node:buffer";
import { existsSync, lchownSync, renameSync, unlinkSync } from "node:fs";
import { basename } from "node:path/posix";
import {
  type ImmediateStaged,
  type ObjectInfo,
  type PublishOptions,
  type PutOptions,
  type PutSource,
  writtenEtag,
} from "../../core/storage/mod.ts";
import { errno } from "../../core/util/errno.ts";
import { holdInside, join, mountOf, parentOf, pathOf, type Paths } from "./dir_handle.ts";
import type { Folders } from "./directories.ts";
import { attempt, fault, flush, requireRoom, rethrow } from "./file_system.ts";
import { lstat } from "./reading.ts";
import type { Session } from "./session.ts";
import {
  isAsWritten,
  keyMark,
  modeOf,
  removeTemporary,
  writeAtOnce,
  writeTemporary,
} from "./temp_file.ts";

/** Bytes: to write a smaller file again is as cheap as to compare it with one that was left. */
const WORTH_REUSING = 1024 * 1024;

/** Writes a source into a temporary file that can be given its name, or throws and leaves none. */
export async function stageFile(
  session: Session,
  key: string,
  source: PutSource,
  options: PutOptions = {},
): Promise<StagedFile> {
  const path = requireFreeName(session.paths, key, session.folders);
  const { size } = source;
  const staged = new StagedFile(session, key, ++session.files, size);
  const { temporary } = staged;
  const isLong = size >= WORTH_REUSING;
  const left = isLong && session.takeLeft(key, temporary);
  if (isLong && !left) attempt("write", path, () => requireRoom(parentOf(temporary), path, size));
  const file = { temporary, key, path, left };
  staged.writtenBy = await writeTemporary(file, source, session.traits, options)
    .catch((error) => rethrow(error, parentOf(temporary), path, size));
  return staged;
}

/** The same of bytes, done when it returns. */
export function stageBytes(
  session: Session,
  key: string,
  bytes: Uint8Array,
  mode: number,
): StagedFile {
  const path = requireFreeName(session.paths, key, session.folders);
  const staged = new StagedFile(session, key, ++session.files, bytes.length);
  const { temporary } = staged;
  try {
    staged.writtenBy = writeAtOnce(temporary, path, bytes, modeOf(session.traits, mode));
    return staged;
  } catch (error) {
    return rethrow(error, parentOf(temporary), path, bytes.length);
  }
}

/** A class with few members, and only small numbers in them: there may be a million at a time. */
class StagedFile implements ImmediateStaged {
  /** When all of it was written, as {@linkcode isAsWritten} takes it. */
  writtenBy = 0;

  constructor(
    private readonly session: Session,
    private readonly key: string,
    private readonly number: number,
    private readonly size: number,
  ) {}

  /** Tells the key where the next run could go on with the file. */
  get temporary(): string {
    const mark = this.size >= WORTH_REUSING ? keyMark(this.key) : "";
    return this.session.temporary(this.number) + mark;
  }

  publishAtOnce({ signal }: PublishOptions = {}): ObjectInfo {
    signal?.throwIfAborted();
    const { session, key, size, temporary } = this;
    const { config, folders, lastFolder } = session;
    const path = join(session.paths.root, key);
    // rename(2) replaces a file or link of that name in one step; it follows no link there.
    const name = () => {
      folders.make(key);
      // The folder was looked at before; it is looked at again once it cannot become another one.
      const folder = lastFolder.hold(parentOf(path));
      if ((config.owner?.gid ?? -1) < 0) inherit(temporary, folder.group);
      renameSync(temporary, folder.at(basename(path)));
    };
    attempt("write", path, () => {
      try {
        name();
      } catch (error) {
        if (errno(error) !== "ENOENT" || !existsSync(temporary)) throw error;
        folders.forget(); // somebody removed the folder that we knew
        lastFolder[Symbol.dispose]();
        name();
      }
      if (config.fsync) flush(parentOf(path));
    });
    const found = attempt("read", path, () => lstat(path));
    // None if anybody touched it meanwhile.
    const etag = found !== undefined && isAsWritten(found, size, this.writtenBy)
      ? writtenEtag(found)
      : undefined;
    return { key, size, ...(etag !== undefined && { etag }) };
  }

  publish(options?: PublishOptions): Promise<ObjectInfo> {
    return Promise.try(() => this.publishAtOnce(options));
  }

  discard(): Promise<void> {
    return Promise.try(() => removeTemporary(this.temporary));
  }
}

/** Gives a file the group that it would have got, had it been made in its folder. */
function inherit(temporary: string, group: number | undefined): void {
  if (group === undefined) return;
  try {
    lchownSync(temporary, -1, group);
  } catch (error) {
    if (errno(error) !== "EPERM") throw error; // this user is not in it: only the folder's own file has it
  }
}

/** Writes a source into a file of its name, or throws and leaves the old one. */
export async function putFile(
  session: Session,
  key: string,
  source: PutSource,
  options?: PutOptions,
): Promise<ObjectInfo> {
  const staged = await stageFile(session, key, source, options);
  return await staged.publish().catch(async (error) => {
    await staged.discard();
    throw error;
  });
}

/** Removes a file, or a link of its name, and the folders that are empty then. */
export function removeFile({ paths, folders }: Session, key: string): void {
  const path = pathOf(paths, key);
  folders.check(key);
  const found = attempt("remove", path, () => lstat(path));
  if (found === undefined || found.isDirectory) return;
  attempt("remove", path, () => {
    using folder = holdInside(paths, parentOf(path));
    unlinkSync(folder.at(basename(path)));
  });
  folders.prune(key);
}

/** The path of a key. Throws where `publish` would fail, when other files were published. */
export function requireFreeName(paths: Paths, key: string, folders: Folders): string {
  const path = pathOf(paths, key);
  const hasFolder = folders.check(key);
  // NAME_MAX of every file system in Linux that nginx is likely to serve from is 255.
  if (LONG_NAME.test(key) && key.split("/").some((name) => Buffer.byteLength(name) > 255)) {
    throw fault("invalid-key", "write", path, "the name is too long for this file system");
  }
  if (!hasFolder || !existsSync(path)) return path;
  if (attempt("write", path, () => lstat(path))?.isDirectory) {
    const hint = "Move the folder away: the package has a file of that name.";
    throw fault("target", "write", path, "a folder has that name", { hint });
  }
  if (attempt("write", path, () => mountOf(path)) === folders.mount) return path;
  throw fault("target", "write", path, "it is a mount of its own", {
    hint: "No other file can get that name. Mount the folder instead of the file.",
  });
}

/** A name of fewer UTF-16 units cannot have more than 255 bytes. */
const LONG_NAME = /[^/]{86}/;
