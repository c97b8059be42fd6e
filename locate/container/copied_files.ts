/** A container's files as its runtime copies them out: as a tar, without a program inside. */
import { Buffer } from "node:buffer";
import { posix } from "node:path";
import { type TarEntry, untar } from "../../core/untar.ts";
import { type FileView, Unreadable } from "../file_view.ts";
import type { Ended } from "./child.ts";
import { type Entry, followLinks, MAX_LINKS } from "./followed_view.ts";
import { attempt, saidIn, type Tool } from "./tool.ts";

/** The first header tells what it is: so much holds it, with the long names before it. */
const HEADER_LIMIT = 16 * 1024;

/**
 * A view over `cp CONTAINER:PATH -`. Each call takes a tenth of a second and more, so a path is
 * copied once. A link is copied as a link; those on the way to it the runtime follows by itself.
 */
export function copiedFiles(copy: (path: string) => readonly string[], tool: Tool): FileView {
  const tars = new Map<string, Promise<Ended>>();
  const entries = new Map<string, Promise<Entry | undefined>>();

  async function copied(path: string, links = 0): Promise<AsyncIterable<TarEntry>> {
    const known = tars.get(path) ?? attempt(tool, copy(path));
    tars.set(path, known);
    const ended = await known;
    if (ended.status !== 0) {
      throw new Unreadable(saidIn(ended.stderr) || "it was not copied out", "Check the path.");
    }
    const first = await firstEntry(ended);
    if (first?.kind !== "link") return untar(ReadableStream.from([ended.stdout]));
    if (links === MAX_LINKS) throw new Unreadable("its links lead in a circle", "See its links.");
    return await copied(posix.resolve(posix.dirname(path), first.target), links + 1);
  }

  async function look(path: string): Promise<Entry | undefined> {
    const options = { outputLimit: HEADER_LIMIT, beyond: "cut" } as const;
    return await firstEntry(await attempt(tool, copy(path), options));
  }

  const { kind, realpath } = followLinks((path) => {
    const known = entries.get(path) ?? look(path);
    entries.set(path, known);
    return known;
  });
  return {
    kind,
    realpath,
    async read(path) {
      for await (const { type, bytes } of await copied(path)) {
        if (type !== "file") break;
        return Buffer.from(await bytes());
      }
      throw new Unreadable("it is no file", "Check the path.");
    },
    async names(folder) {
      const names = new Set<string>();
      for await (const { name } of await copied(folder)) {
        const [, child = ""] = name.replace(/^\.?\//, "").split("/");
        if (child !== "") names.add(child);
      }
      return [...names];
    },
  };
}

async function firstEntry({ stdout }: Ended): Promise<Entry | undefined> {
  try {
    for await (const { type, linkName } of untar(ReadableStream.from([stdout]))) {
      if (type === "symlink") return { kind: "link", target: linkName };
      return { kind: type === "directory" ? "folder" : "file" };
    }
  } catch {
    // It is not there, or was cut before its first header.
  }
  return undefined;
}
