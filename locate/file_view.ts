/** Files as a server sees them: those of this host, of a container, or of a printed configuration. */
import { readdirSync, readFileSync, realpathSync, statSync } from "node:fs";
import { errno } from "../core/errno.ts";
import { messageOf } from "../core/errors.ts";

/** What stands under a path, links followed. */
export type FileKind = "file" | "folder";

/**
 * A tree of files to read a configuration from. Paths are absolute. What implements it need not be
 * this host: a container's files can be read through its runtime.
 */
export interface FileView {
  /** The bytes of a file; rejects with {@linkcode Unreadable}. */
  read(path: string): Promise<Uint8Array>;
  /** The names in a folder, in any order; none when there is no such folder. */
  names(folder: string): Promise<readonly string[]>;
  /** What stands under a path; undefined for nothing, or when that cannot be told. */
  kind(path: string): Promise<FileKind | undefined>;
  /** The path without links, `.` and `..`; undefined when it does not exist or cannot be told. */
  realpath(path: string): Promise<string | undefined>;
}

/** A file or folder cannot be read; the message says why, such as `no such file`. */
export class Unreadable extends Error {
  /** Takes the reason and what to do about it. */
  constructor(state: string, readonly hint: string) {
    super(state);
    this.name = "Unreadable";
  }
}

/** The files of this host. */
export const hostView: FileView = {
  read: (path) => Promise.try(() => reading(() => readFileSync(path))),
  names: (folder) => Promise.try(() => reading(() => namesIn(folder))),
  kind: (path) => Promise.resolve(attempt(() => kindOf(path))),
  realpath: (path) => Promise.resolve(attempt(() => realpathSync(path))),
};

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if (["ENOENT", "ENOTDIR"].includes(errno(error) ?? "")) return [];
    throw error;
  }
}

const STATES: Readonly<Record<string, readonly [state: string, hint: string]>> = {
  ENOENT: ["no such file", "Check the path."],
  ENOTDIR: ["no such file", "Check the path."],
  EISDIR: ["it is a folder", "Give the file in it."],
  EACCES: ["permission denied", "Run as root, or as a user who may read it."],
  ELOOP: ["its symbolic links lead in a circle", "See namei."],
};

function reading<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    const plain = messageOf(error).replace(/ \(os error \d+\).*$/s, "");
    throw new Unreadable(...STATES[errno(error) ?? ""] ?? [plain, "Check the file and the disk."]);
  }
}

function kindOf(path: string): FileKind | undefined {
  const info = statSync(path);
  return info.isDirectory() ? "folder" : info.isFile() ? "file" : undefined;
}

function attempt<T>(call: () => T): T | undefined {
  try {
    return call();
  } catch {
    return undefined;
  }
}
