/** A container's files: over /proc, copied out by its runtime, or read by programs in it. */
import { Buffer } from "node:buffer";
import { lstatSync, readdirSync, readlinkSync } from "node:fs";
import { untar } from "../../core/packages/tar/mod.ts";
import { openWithoutLinks, readOpen, UnfitFile } from "../../core/util/foreign_file.ts";
import { type FileKind, type FileView, MAX_FILE, Unreadable } from "../file_view.ts";
import { attempt } from "../proc.ts";
import type { Container } from "./container.ts";
import { saidIn } from "./refusal.ts";

/** A container's files, and how they are seen, for a step: `read over /proc`. */
export interface Inside {
  readonly view: FileView;
  readonly how: string;
}

/**
 * Over /proc where that is allowed: it costs no child and changes nothing, while `cp` of docker
 * before 23 mounts in the container what was mounted in its folders since its start.
 */
export function lookInside({ runtime, exec, copy, pid }: Container): Inside {
  const proc = pid && procFiles(pid);
  if (proc) return { view: proc, how: "read over /proc" };
  return copy === undefined
    ? { view: execFiles(exec), how: `read by ${runtime} exec` }
    : { view: copiedFiles(copy), how: `copied out by ${runtime} cp` };
}

/** The first header tells what it is: so much holds it, with the long names before it. */
const HEADER_LIMIT = 16 * 1024;

/** By `cp CONTAINER:PATH -`, which needs no program inside, and copies a last link as a link. */
function copiedFiles(copy: NonNullable<Container["copy"]>): FileView {
  const looked = new Map<string, Promise<Entry | undefined>>();
  const firstEntry = async (path: string): Promise<Entry | undefined> => {
    try {
      const { stdout } = await copy(path, HEADER_LIMIT);
      for await (const { type, linkName } of untar(ReadableStream.from([stdout]))) {
        if (type === "symlink") return { kind: "link", target: linkName };
        return { kind: type === "directory" ? "folder" : "file" };
      }
    } catch { /* it is not there, or was cut before its first header */ }
    return undefined;
  };
  return treeView({
    look: (path) => looked.getOrInsertComputed(path, firstEntry),
    async read(path) {
      const { status, stdout, stderr } = await copy(path);
      if (status !== 0) {
        throw new Unreadable(saidIn(stderr) || "it was not copied out", "Check the path.");
      }
      for await (const { type, bytes } of untar(ReadableStream.from([stdout]))) {
        if (type === "file") return Buffer.from(await bytes());
        break;
      }
      throw new Unreadable("it is no file", "Check the path.");
    },
    async names(folder) {
      const { status, stdout } = await copy(folder);
      if (status !== 0) return []; // it is not there
      const names = new Set<string>();
      for await (const { name } of untar(ReadableStream.from([stdout]))) {
        names.add(name.replace(/^\.?\//, "").split("/")[1] ?? "");
      }
      return [...names].filter((name) => name !== "");
    },
  });
}

/** A view by `cat`, `ls` and `readlink`. They are called by path: some containers have no PATH. */
function execFiles(exec: Container["exec"]): FileView {
  const lines = async (...argv: readonly string[]) => {
    const { status, stdout } = await exec(argv);
    if (status !== 0) return undefined;
    return new TextDecoder().decode(stdout).split("\n").filter((line) => line !== "");
  };
  const kind: FileView["kind"] = async (path) => {
    const [line = ""] = await lines("/bin/ls", "-ldL", path) ?? [];
    return line.startsWith("d") ? "folder" : line.startsWith("-") ? "file" : undefined;
  };
  return {
    async read(path) {
      const { status, stdout, stderr } = await exec(["/bin/cat", path]);
      if (status === 0) return stdout;
      throw new Unreadable(saidIn(stderr) || "it cannot be read", "Check the path.");
    },
    names: async (folder) => await lines("/bin/ls", "-1A", `${folder}/`) ?? [],
    kind,
    async realpath(path) {
      const [line] = await lines("/bin/readlink", "-f", path) ??
        await lines("/usr/bin/readlink", "-f", path) ?? [];
      if (line === undefined) return undefined;
      // readlink is content when the last part alone is missing.
      return await kind(line) === undefined ? undefined : line;
    },
  };
}

/** The files that a process sees; undefined when they may not be looked at. */
function procFiles(pid: number) {
  const root = `/proc/${pid}/root`;
  if (attempt(() => readdirSync(`${root}/`)) === undefined) return undefined;
  const entryOf = (path: string): Entry => {
    const info = lstatSync(path);
    if (info.isSymbolicLink()) return { kind: "link", target: readlinkSync(path) };
    return { kind: info.isDirectory() ? "folder" : "file" };
  };
  return treeView({
    look: (path) => Promise.resolve(attempt(() => entryOf(root + path))),
    read: (path) =>
      Promise.try(() => readOpen(openWithoutLinks(root, path), MAX_FILE)).catch((error) => {
        if (error instanceof UnfitFile) throw new Unreadable(error.message, "Check the path.");
        throw new Unreadable("it cannot be read over /proc", "Run as root.");
      }),
    names: (folder) => Promise.resolve(attempt(() => readdirSync(root + folder)) ?? []),
  });
}

/** What one view shows, and else another one. */
export function layered(first: FileView, second: FileView): FileView {
  return {
    read: (path) =>
      first.read(path).catch((error) => {
        if (error instanceof Unreadable) return second.read(path);
        throw error;
      }),
    async names(folder) {
      const names = await first.names(folder);
      return names.length > 0 ? names : await second.names(folder);
    },
    kind: async (path) => await first.kind(path) ?? await second.kind(path),
    realpath: async (path) => await first.realpath(path) ?? await second.realpath(path),
  };
}

/** What stands under a path of which only the last part may be a link. */
export type Entry =
  | { readonly kind: FileKind }
  | { readonly kind: "link"; readonly target: string };

/** As many as Linux follows in one path. */
const MAX_LINKS = 40;

/** Follows links inside of a tree: an absolute one below `/proc/PID/root` would leave it. */
export function treeView(
  { look, read, names }: Pick<FileView, "read" | "names"> & {
    /** What stands there; undefined for nothing, or when that cannot be told. */
    look(path: string): Promise<Entry | undefined>;
  },
): FileView {
  const partsOf = (path: string) =>
    path.split("/").filter((part) => part !== "" && part !== ".").reverse();

  async function realpath(path: string): Promise<string | undefined> {
    const rest = partsOf(path);
    let real = "";
    let links = 0;
    for (let name = rest.pop(); name !== undefined; name = rest.pop()) {
      const entry = name === ".." ? undefined : await look(`${real}/${name}`);
      if (name === "..") {
        real = real.replace(/\/[^/]*$/, "");
      } else if (entry === undefined || entry.kind === "link" && ++links > MAX_LINKS) {
        return undefined;
      } else if (entry.kind === "link") {
        rest.push(...partsOf(entry.target));
        if (entry.target.startsWith("/")) real = "";
      } else {
        real += `/${name}`;
      }
    }
    return real || "/";
  }

  return {
    realpath,
    async kind(path) {
      const real = await realpath(path);
      if (real === undefined || real === "/") return real && "folder";
      const entry = await look(real);
      return entry?.kind === "link" ? undefined : entry?.kind;
    },
    async read(path) {
      const real = await realpath(path);
      if (real !== undefined) return await read(real);
      throw new Unreadable("no such file", "Check the path.");
    },
    async names(folder) {
      const real = await realpath(folder);
      return real === undefined ? [] : await names(real);
    },
  };
}
