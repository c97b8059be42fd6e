/** A container's files as its runtime copies them out: as a tar, without a program inside. */
import { Buffer } from "node:buffer";
import { lstatSync, readdirSync, readlinkSync } from "node:fs";
import { posix } from "node:path";
import { type TarEntry, untar } from "../../core/packages/tar/mod.ts";
import { openWithoutLinks, readOpen, UnfitFile } from "../../core/util/foreign_file.ts";
import { type FileView, MAX_FILE, Unreadable } from "../file_view.ts";
import { attempt, saidIn, type Tool } from "./client.ts";
import { type Entry, followLinks, MAX_LINKS } from "./host_path.ts";
import type { ContainerCommands } from "./runtime.ts";
import type { Ended } from "./subprocess.ts";

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

/** A view by `cat`, `ls` and `readlink`. They are called by path: some containers have no PATH. */
export function execFiles(commands: ContainerCommands, tool: Tool): FileView {
  const run = (...argv: readonly string[]) => runInside(commands, tool, argv);
  const kind: FileView["kind"] = async (path) => {
    const [line = ""] = linesOf(await run("/bin/ls", "-ldL", path)) ?? [];
    return line.startsWith("d") ? "folder" : line.startsWith("-") ? "file" : undefined;
  };
  return {
    async read(path) {
      const ended = await run("/bin/cat", path);
      if (ended.status === 0) return ended.stdout;
      throw new Unreadable(saidIn(ended.stderr) || "it cannot be read", "Check the path.");
    },
    async names(folder) {
      return linesOf(await run("/bin/ls", "-1A", `${folder}/`)) ?? [];
    },
    kind,
    async realpath(path) {
      const [line] = linesOf(await run("/bin/readlink", "-f", path)) ??
        linesOf(await run("/usr/bin/readlink", "-f", path)) ?? [];
      if (line === undefined) return undefined;
      // readlink is content when the last part alone is missing.
      return await kind(line) === undefined ? undefined : line;
    },
  };
}

/** Runs a program in a container; no answer is as good as a failure. */
export async function runInside(
  { exec, separate = (ended) => ended }: ContainerCommands,
  tool: Tool,
  argv: readonly string[],
): Promise<Ended> {
  return separate(await attempt(tool, exec(argv)));
}

function linesOf({ status, stdout }: Ended): string[] | undefined {
  if (status !== 0) return undefined;
  return new TextDecoder().decode(stdout).split("\n").filter((line) => line !== "");
}

/** The files that a process sees; undefined when they may not be looked at. */
export function procFiles(pid: number): FileView | undefined {
  const root = `/proc/${pid}/root`;
  if (ifReadable(() => readdirSync(`${root}/`)) === undefined) return undefined;
  const { kind, realpath } = followLinks((path) => Promise.resolve(look(root + path)));

  return {
    kind,
    realpath,
    async read(path) {
      const found = await realpath(path);
      if (found === undefined) throw new Unreadable("no such file", "Check the path.");
      try {
        return readOpen(openWithoutLinks(root, found), MAX_FILE);
      } catch (error) {
        if (error instanceof UnfitFile) throw new Unreadable(error.message, "Check the path.");
        throw new Unreadable("it cannot be read over /proc", "Run as root.");
      }
    },
    async names(folder) {
      const found = await realpath(folder);
      return found === undefined ? [] : ifReadable(() => readdirSync(root + found)) ?? [];
    },
  };
}

function look(path: string): Entry | undefined {
  return ifReadable(() => {
    const info = lstatSync(path);
    if (info.isSymbolicLink()) return { kind: "link", target: readlinkSync(path) };
    return { kind: info.isDirectory() ? "folder" : "file" };
  });
}

/** Undefined for what is not there, or may not be looked at. */
function ifReadable<T>(call: () => T): T | undefined {
  try {
    return call();
  } catch {
    return undefined;
  }
}

/** What the first view that knows says. */
export function layered(views: readonly FileView[]): FileView {
  return {
    async read(path) {
      let failure: unknown = new Unreadable("no such file", "Check the path.");
      for (const view of views) {
        try {
          return await view.read(path);
        } catch (error) {
          if (!(error instanceof Unreadable)) throw error;
          failure = error;
        }
      }
      throw failure;
    },
    async names(folder) {
      for (const view of views) {
        const names = await view.names(folder).catch(() => []);
        if (names.length > 0) return names;
      }
      return [];
    },
    kind: (path) => firstKnown(views, (view) => view.kind(path)),
    realpath: (path) => firstKnown(views, (view) => view.realpath(path)),
  };
}

async function firstKnown<T>(
  views: readonly FileView[],
  ask: (view: FileView) => Promise<T | undefined>,
): Promise<T | undefined> {
  for (const view of views) {
    const known = await ask(view);
    if (known !== undefined) return known;
  }
  return undefined;
}
