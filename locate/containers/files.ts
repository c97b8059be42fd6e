/** A container's files: copied out by its runtime, read by programs in it, and over /proc. */
import { Buffer } from "node:buffer";
import { lstatSync, readdirSync, readlinkSync } from "node:fs";
import { untar } from "../../core/packages/tar/mod.ts";
import { openWithoutLinks, readOpen, UnfitFile } from "../../core/util/foreign_file.ts";
import { type FileKind, type FileView, MAX_FILE, Unreadable } from "../file_view.ts";
import { attempt } from "../proc.ts";
import type { Container } from "./container.ts";
import { saidIn } from "./refusal.ts";
import type { Ended } from "./tool.ts";

/** A container that is looked into. */
export interface Inside {
  readonly container: Container;
  /** Each way to read its files, that of its runtime first. */
  readonly sources: readonly FileSource[];
  /** Links and folders by all of them; /proc is asked first, since it costs no child. */
  readonly view: FileView;
}

/** A way to read a container's files. */
export interface FileSource {
  readonly view: FileView;
  /** For a step: `read over /proc`. */
  readonly how: string;
}

/** By all sources that there are. */
export function lookInside(container: Container): Inside {
  const { runtime, exec, copy, pid } = container;
  const proc = pid === undefined ? undefined : procFiles(pid);
  const sources = [
    copy === undefined
      ? { view: execFiles(exec), how: `read by ${runtime} exec` }
      : { view: copiedFiles(copy), how: `copied out by ${runtime} cp` },
    ...(proc === undefined ? [] : [{ view: proc, how: "read over /proc" }]),
  ];
  return { container, sources, view: layered(sources.map(({ view }) => view).reverse()) };
}

/** The first header tells what it is: so much holds it, with the long names before it. */
const HEADER_LIMIT = 16 * 1024;

/**
 * A view over `cp CONTAINER:PATH -`, which needs no program inside. Each call takes a tenth of a
 * second and more. The last link of a path is copied as a link.
 */
function copiedFiles(copy: NonNullable<Container["copy"]>): FileView {
  const entries = async (path: string) => {
    const { status, stdout, stderr } = await copy(path);
    if (status === 0) return untar(ReadableStream.from([stdout]));
    throw new Unreadable(saidIn(stderr) || "it was not copied out", "Check the path.");
  };
  return treeView({
    look: once(async (path) => await firstEntry(await copy(path, HEADER_LIMIT))),
    async read(path) {
      for await (const { type, bytes } of await entries(path)) {
        if (type !== "file") break;
        return Buffer.from(await bytes());
      }
      throw new Unreadable("it is no file", "Check the path.");
    },
    async names(folder) {
      const names = await Array.fromAsync(
        await entries(folder),
        ({ name }) => name.replace(/^\.?\//, "").split("/")[1] ?? "",
      );
      return [...new Set(names)].filter((name) => name !== "");
    },
  });
}

function once<T>(ask: (path: string) => Promise<T>): (path: string) => Promise<T> {
  const known = new Map<string, Promise<T>>();
  return (path) => {
    const answer = known.get(path) ?? ask(path);
    known.set(path, answer);
    return answer;
  };
}

/** Undefined for what is not there, or was cut before its first header. */
async function firstEntry({ stdout }: Ended): Promise<Entry | undefined> {
  try {
    for await (const { type, linkName } of untar(ReadableStream.from([stdout]))) {
      if (type === "symlink") return { kind: "link", target: linkName };
      return { kind: type === "directory" ? "folder" : "file" };
    }
  } catch {
    // See above.
  }
  return undefined;
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
function procFiles(pid: number): FileView | undefined {
  const root = `/proc/${pid}/root`;
  if (attempt(() => readdirSync(`${root}/`)) === undefined) return undefined;
  return treeView({
    look: (path) => Promise.resolve(attempt(() => entryOf(root + path))),
    read(path) {
      try {
        return Promise.resolve(readOpen(openWithoutLinks(root, path), MAX_FILE));
      } catch (error) {
        const [state, hint] = error instanceof UnfitFile
          ? [error.message, "Check the path."]
          : ["it cannot be read over /proc", "Run as root."];
        return Promise.reject(new Unreadable(state, hint));
      }
    },
    names: (folder) => Promise.resolve(attempt(() => readdirSync(root + folder)) ?? []),
  });
}

function entryOf(path: string): Entry {
  const info = lstatSync(path);
  if (info.isSymbolicLink()) return { kind: "link", target: readlinkSync(path) };
  return { kind: info.isDirectory() ? "folder" : "file" };
}

/** What the first view that knows says. */
export function layered(views: readonly FileView[]): FileView {
  const first = async <T>(ask: (view: FileView) => Promise<T | undefined>) => {
    for (const view of views) {
      const known = await ask(view);
      if (known !== undefined) return known;
    }
    return undefined;
  };
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
    names: async (folder) =>
      await first(async (view) => {
        const names = await view.names(folder).catch(() => []);
        return names.length > 0 ? names : undefined;
      }) ?? [],
    kind: (path) => first((view) => view.kind(path)),
    realpath: (path) => first((view) => view.realpath(path)),
  };
}

/** What stands under a path of which only the last part may be a link. */
export type Entry =
  | { readonly kind: FileKind }
  | { readonly kind: "link"; readonly target: string };

/** As many as Linux follows in one path. */
const MAX_LINKS = 40;

/** A tree of files in which links are yet to be followed. */
interface Tree extends Pick<FileView, "read" | "names"> {
  /** What stands there; undefined for nothing, or when that cannot be told. */
  look(path: string): Promise<Entry | undefined>;
}

/**
 * Follows links inside of a tree: `/proc/PID/root/a` would lead to this host's files where `a` is a
 * link to an absolute path.
 */
export function treeView({ look, read, names }: Tree): FileView {
  async function realpath(path: string): Promise<string | undefined> {
    const rest = parts(path).reverse();
    let real = "";
    let links = 0;
    for (let name = rest.pop(); name !== undefined; name = rest.pop()) {
      if (name === "..") {
        real = real.replace(/\/[^/]*$/, "");
        continue;
      }
      const entry = await look(`${real}/${name}`);
      if (entry === undefined) return undefined;
      if (entry.kind !== "link") {
        real += `/${name}`;
        continue;
      }
      if (++links > MAX_LINKS) return undefined;
      rest.push(...parts(entry.target).reverse());
      if (entry.target.startsWith("/")) real = "";
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
      if (real === undefined) throw new Unreadable("no such file", "Check the path.");
      return await read(real);
    },
    async names(folder) {
      const real = await realpath(folder);
      return real === undefined ? [] : await names(real);
    },
  };
}

function parts(path: string): string[] {
  return path.split("/").filter((part) => part !== "" && part !== ".");
}
