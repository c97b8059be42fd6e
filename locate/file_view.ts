/** Files as a server sees them: those of this host, of a container, or of a printed configuration. */
import { readdirSync, realpathSync, statSync } from "node:fs";
import { errno } from "../core/util/errno.ts";
import { messageOf } from "../core/util/errors.ts";
import { readForeign } from "../core/util/foreign_file.ts";
import { tried } from "../core/util/tried.ts";
import { wildcard } from "../core/util/wildcard.ts";
import { toBytes, toText } from "./bytes.ts";
import { seesOurFiles, seesSame } from "./proc.ts";

/** What stands under a path, links followed. */
export type FileKind = "file" | "folder";

/** A tree of files to read a configuration from, by absolute paths. */
export interface FileView {
  /** The bytes of a file; rejects with {@linkcode Unreadable}. */
  read(path: string): Promise<Uint8Array>;
  /** The names in a folder, in any order; none when there is no such folder. */
  names(folder: string): Promise<readonly string[]>;
  /** What stands under a path; undefined for nothing, or when that cannot be told. */
  kind(path: string): Promise<FileKind | undefined>;
  /** The path without links, `.` and `..`; undefined when it does not exist or cannot be told. */
  realpath(path: string): Promise<string | undefined>;
  /** Whether this host has the same under a path. Default: it does. */
  isShared?(path: string): boolean;
}

/** The folders on a path, and what stands at its end, that are symbolic links; outermost first. */
export async function linksOn(path: string, view: FileView): Promise<string[]> {
  const found: string[] = [];
  let [plain, above] = ["", ""];
  for (const part of path.split("/").slice(1)) {
    plain += `/${part}`;
    const real = await view.realpath(plain);
    if (real === undefined) break;
    if (real !== `${above}/${part}`) found.push(plain);
    above = real === "/" ? "" : real;
  }
  return found;
}

/** A file or folder cannot be read; the message says why, such as `no such file`. */
export class Unreadable extends Error {
  override readonly name = "Unreadable";

  constructor(state: string, readonly hint: string) {
    super(state);
  }
}

/** In bytes: a file of a configuration has no more. */
export const MAX_FILE: number = 64 * 1024 * 1024;

export const hostView: FileView = {
  read: (path) => reading(() => readForeign(path, MAX_FILE)),
  names: (folder) =>
    reading(() => readdirSync(folder)).catch((error) => {
      if (error.message === ABSENT[0]) return [];
      throw error;
    }),
  kind: (path) =>
    Promise.resolve(tried(() => {
      const info = statSync(path);
      return info.isDirectory() ? "folder" : info.isFile() ? "file" : undefined;
    })),
  realpath: (path) => Promise.resolve(tried(() => realpathSync(path))),
};

/** The files of this host, as one of its processes sees them. */
export function viewOf(pid: number): FileView {
  if (seesOurFiles({ pid }) !== false) return hostView;
  return { ...hostView, isShared: (path) => seesSame(pid, path) };
}

const ABSENT = ["no such file", "Check the path."] as const;

const STATES: Readonly<Record<string, readonly [state: string, hint: string]>> = {
  ENOENT: ABSENT,
  ENOTDIR: ABSENT,
  EISDIR: ["it is a folder", "Give the file in it."],
  EACCES: ["permission denied", "Run as root, or as a user who may read it."],
  ELOOP: ["its symbolic links lead in a circle", "See namei."],
};

async function reading<T>(read: () => T): Promise<T> {
  try {
    return await read();
  } catch (error) {
    const plain = messageOf(error).replace(/ \(os error \d+\).*$/s, "");
    throw new Unreadable(...STATES[errno(error) ?? ""] ?? [plain, "Check the file and the disk."]);
  }
}

/** Whether nginx takes a path for a pattern. */
export function isGlob(path: string): boolean {
  return /[*?[]/.test(path);
}

/** The paths that match an absolute one, by their bytes; `*` and `?` match no leading dot. */
export async function glob(view: FileView, pattern: string): Promise<string[]> {
  let found = [""];
  const parts = pattern.split("/").slice(1);
  for (const [i, part] of parts.entries()) {
    const isLast = i === parts.length - 1;
    const next: string[] = [];
    for (const folder of found) {
      if (isGlob(part)) next.push(...await matches(view, folder, part));
      else if (!isLast || await view.kind(`${folder}/${part}`)) next.push(`${folder}/${part}`);
    }
    found = next;
  }
  return found.map(toBytes).sort().map(toText);
}

async function matches(view: FileView, folder: string, part: string): Promise<string[]> {
  const takes = wildcard(part, { classes: true });
  const dots = /^\\?\./.test(part);
  const names = await view.names(folder || "/");
  return names.filter((name) => (dots || !name.startsWith(".")) && takes(name))
    .map((name) => `${folder}/${name}`);
}
