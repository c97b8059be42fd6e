/** A container's files: over /proc, or read by programs in it. */
import { lstatSync, readdirSync, readlinkSync } from "node:fs";
import { openWithoutLinks, readOpen, UnfitFile } from "../../core/util/foreign_file.ts";
import { tried } from "../../core/util/tried.ts";
import { type FileView, MAX_FILE, Unreadable } from "../file_view.ts";
import type { Container } from "./container.ts";
import { saidIn } from "./refusal.ts";

/** A container's files, and how they are seen, for a step: `read over /proc`. */
export interface Inside {
  readonly view: FileView;
  readonly how: string;
}

/** Over /proc, where that is allowed: it costs no child, and needs no program inside. */
export function lookInside({ runtime, exec, pid }: Container): Inside {
  const root = `/proc/${pid}/root`;
  return tried(() => readdirSync(`${root}/`)) === undefined
    ? { view: execFiles(exec), how: `read by ${runtime} exec` }
    : { view: filesBelow(root), how: "read over /proc" };
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

/** As many as Linux follows in one path. */
const MAX_LINKS = 40;

/** What lies below a folder; links are followed inside of it: an absolute one would lead out. */
export function filesBelow(root: string): FileView {
  const partsOf = (path: string) =>
    path.split("/").filter((part) => part !== "" && part !== ".").reverse();

  function follow(path: string): string | undefined {
    const rest = partsOf(path);
    let real = "";
    let links = 0;
    for (let name = rest.pop(); name !== undefined; name = rest.pop()) {
      if (name === "..") {
        real = real.replace(/\/[^/]*$/, "");
        continue;
      }
      const next = `${real}/${name}`;
      const info = tried(() => lstatSync(root + next));
      const target = info?.isSymbolicLink() && tried(() => readlinkSync(root + next));
      if (info === undefined || target === undefined || target && ++links > MAX_LINKS) {
        return undefined;
      }
      if (!target) real = next;
      else {
        rest.push(...partsOf(target));
        if (target.startsWith("/")) real = "";
      }
    }
    return real || "/";
  }

  const at = <T>(path: string, look: (path: string) => T) => {
    const real = follow(path);
    return real === undefined ? undefined : tried(() => look(root + real));
  };
  return {
    realpath: (path) => Promise.resolve(follow(path)),
    kind(path) {
      const info = at(path, (real) => lstatSync(real));
      return Promise.resolve(info && (info.isDirectory() ? "folder" : "file"));
    },
    names: (folder) => Promise.resolve(at(folder, (real) => readdirSync(real)) ?? []),
    async read(path) {
      const real = follow(path);
      if (real === undefined) throw new Unreadable("no such file", "Check the path.");
      try {
        return await readOpen(openWithoutLinks(root, real), MAX_FILE);
      } catch (error) {
        if (error instanceof UnfitFile) throw new Unreadable(error.message, "Check the path.");
        throw new Unreadable("it cannot be read over /proc", "Run as root.");
      }
    },
  };
}
