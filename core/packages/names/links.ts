/** What hard and symbolic links inside a package mean. */
import { BinimportError, type ErrorCode } from "../../util/errors.ts";
import type { PackageCopy } from "../package.ts";
import { folderOf, normalName } from "./entry_key.ts";
import type { KeysByName } from "./keys_by_name.ts";

/** As many as Linux follows before it says ELOOP (path_resolution(7)). */
const MAX_FOLLOWED = 40;

/** Links to folders that hold links to folders can multiply; no real package comes near this. */
const MAX_COPIES = 200_000;

/** Following links takes time that grows with their number squared; this much of it is a second. */
const MAX_STEPS = 100_000_000;

/** A copy that a link asks for, and what it would be called in the archive. */
type LinkCopy = PackageCopy & { readonly path: string };

/** Collects the members of one archive and, at its end, tells which copies its links ask for. */
export interface LinkTable {
  /** Notes a member; `key` is undefined when it is not imported. */
  add(
    member: { readonly name: string; readonly type: string; readonly linkName: string },
    key: string | undefined,
  ): void;
  /** The copies, in an order in which each one's source exists. */
  copies(): Generator<LinkCopy>;
}

/**
 * A table for one archive, by names before stripping, which notes its files in `files`; `isWanted` is
 * asked of what folders hold.
 */
export function linkTable(
  files: KeysByName,
  isWanted: (key: string) => boolean = () => true,
): LinkTable {
  const folders = new Set<string>();
  /** Symbolic links by where they lead from the top of the archive, as hard links do. */
  const links = new Map<string, { readonly key: string | undefined; readonly target: string }>();
  let steps = 0;

  function step(name: string, count: number): void {
    steps += count;
    if (steps > MAX_STEPS) refuse(name, "the links multiply without end");
  }

  /** The path that `path` names once every link on the way is followed. */
  function follow(path: string, origin: string): string {
    let rest = path.split("/");
    let done: string[] = [];
    for (let followed = 0; rest.length > 0;) {
      const part = rest.shift() ?? "";
      if (part === "" || part === ".") continue;
      if (part === "..") {
        if (done.pop() === undefined) refuse(origin, "it leads out of the package");
        continue;
      }
      done.push(part);
      step(origin, done.length);
      const link = links.get(done.join("/"));
      if (link === undefined) continue;
      if (++followed > MAX_FOLLOWED) refuse(origin, "it leads in a circle");
      if (link.target.startsWith("/")) refuse(origin, `it leads to ${JSON.stringify(link.target)}`);
      rest = [...link.target.split("/"), ...rest];
      done = [];
    }
    return done.join("/");
  }

  /** Copies of what `target` means, as the link `name` says: with this key and path, or below. */
  function* copiesOf(
    name: string,
    place: Pick<LinkCopy, "key" | "path">,
    target: string,
    depth = 0,
  ): Generator<LinkCopy> {
    if (target.startsWith("/")) refuse(name, `it points to ${JSON.stringify(target)}`);
    if (depth > MAX_FOLLOWED) refuse(name, "it leads in a circle");
    const source = follow(target, name);
    if (files.has(source)) return yield copy(place, source, name);
    const prefix = source === "" ? "" : source + "/";
    step(name, files.size + links.size);
    let found = folders.has(source);
    for (const inner of [...files.names(), ...links.keys()]) {
      if (!inner.startsWith(prefix)) continue;
      found = true;
      const rest = inner.slice(prefix.length);
      const below = { key: `${place.key}/${rest}`, path: `${place.path}/${rest}` };
      if (!isWanted(below.key)) continue;
      const link = links.get(inner);
      if (link === undefined) yield copy(below, inner, name);
      else yield* copiesOf(inner, below, link.target, depth + 1);
    }
    if (!found) refuse(name, `the package holds no ${JSON.stringify(source)}`, "package-damaged");
  }

  function copy(place: Pick<LinkCopy, "key" | "path">, source: string, name: string): LinkCopy {
    const of = files.get(source);
    if (of !== undefined) return { kind: "copy", ...place, of };
    refuse(name, `${JSON.stringify(source)} is left out of this import`, "package-unsupported");
  }

  return {
    add({ name, type, linkName }, key) {
      const path = normalName(name);
      if (type === "directory") return void folders.add(path);
      const isSelf = type === "hardlink" && normalName(linkName) === path;
      if (isSelf && (files.has(path) || links.has(path))) return; // given to tar twice
      links.delete(path); // a later member of one name replaces the earlier one
      if (type === "file") return void files.set(path, key);
      files.delete(path);
      const isAbsolute = linkName.startsWith("/");
      if (key !== undefined) {
        if (linkName.includes("\0")) refuse(name, "its target holds a NUL byte");
        const leads = type === "hardlink"
          ? "is a hard link to an absolute path"
          : `points to ${JSON.stringify(linkName)}`;
        if (isAbsolute) refuse(name, `it ${leads}`);
      }
      const folder = type === "symlink" && !isAbsolute ? folderOf(path) : "";
      links.set(path, { key, target: folder + linkName });
    },
    *copies() {
      let count = 0;
      for (const [name, { key, target }] of links) {
        if (key === undefined) continue;
        for (const copy of copiesOf(name, { key, path: name }, target)) {
          if (++count > MAX_COPIES) refuse(name, "the links multiply without end");
          yield copy;
        }
      }
    },
  };
}

function refuse(name: string, state: string, code: ErrorCode = "package-hostile"): never {
  const hint = `Leave it out with --exclude, or have the package made again without it.`;
  throw new BinimportError(code, `the link ${JSON.stringify(name)} is refused: ${state}`, { hint });
}
