/** A container's files over `/proc/PID/root` of this host. */
import { lstatSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { type FileView, Unreadable } from "../file_view.ts";
import { type Entry, followLinks } from "./followed_view.ts";

/** The files that a process sees; undefined when they may not be looked at. */
export function procFiles(pid: number): FileView | undefined {
  const root = `/proc/${pid}/root`;
  if (attempt(() => readdirSync(`${root}/`)) === undefined) return undefined;
  const { kind, realpath } = followLinks((path) => Promise.resolve(look(root + path)));

  /** A path without links, so that none leads to this host's files. */
  async function real(path: string): Promise<string> {
    const found = await realpath(path);
    if (found === undefined) throw new Unreadable("no such file", "Check the path.");
    return root + found;
  }

  return {
    kind,
    realpath,
    async read(path) {
      const found = await real(path);
      const bytes = attempt(() => readFileSync(found));
      if (bytes !== undefined) return bytes;
      throw new Unreadable("it cannot be read over /proc", "Run as root.");
    },
    async names(folder) {
      const found = await realpath(folder);
      return found === undefined ? [] : attempt(() => readdirSync(root + found)) ?? [];
    },
  };
}

function look(path: string): Entry | undefined {
  return attempt(() => {
    const info = lstatSync(path);
    if (info.isSymbolicLink()) return { kind: "link", target: readlinkSync(path) };
    return { kind: info.isDirectory() ? "folder" : "file" };
  });
}

/** Undefined for what is not there, or may not be looked at. */
function attempt<T>(call: () => T): T | undefined {
  try {
    return call();
  } catch {
    return undefined;
  }
}
