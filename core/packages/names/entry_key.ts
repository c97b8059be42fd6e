/** From a member's name in a package to the key it gets in the target. */
import { isStateKey, STATE_FOLDER } from "../../storage/mod.ts";
import { BinimportError, messageOf } from "../../util/errors.ts";
import { hostile } from "../errors.ts";

/** Packages built behind this mirror have it above the hosts; consumers expect these on top. */
const MIRROR_PREFIX = "files.m.daocloud.io/";

/** Drops leading levels of a name; undefined when nothing is left of it. */
export type Strip = (name: string) => string | undefined;

/**
 * The key for a member of a package, or `undefined` when stripping leaves nothing of its name.
 * Components are counted as tar counts them: a leading `./` is one. The name is judged before and
 * after stripping, because `top//etc/x` turns into `/etc/x` only then. Throws code
 * `package-hostile` for a name that could leave the target, that another system would read
 * differently, or that claims binimport's own folder.
 */
export function packageKey(name: string, levels: number | Strip): string | undefined {
  const strip = typeof levels === "number" ? dropLevels(levels) : levels;
  for (const text of [name, strip(name) ?? ""]) {
    for (const [pattern, state] of UNSAFE) if (pattern.test(text)) refuse(name, state);
  }
  const key = unjudgedKey(name, strip);
  if (key !== undefined && isStateKey(key)) {
    refuse(name, `it claims ${STATE_FOLDER}/, which is kept for binimport itself`);
  }
  return key;
}

/** A folder as it was given, as a key; throws code `usage` when it could not be one. */
export function folderKey(given: string): string {
  let [key, state]: [string | undefined, string] = [undefined, "it names no folder"];
  try {
    key = packageKey(given, 0);
  } catch (cause) {
    state = messageOf(cause);
  }
  if (key !== undefined) return key;
  throw new BinimportError("usage", `Cannot use ${JSON.stringify(given)} as --into: ${state}`);
}

/** What {@linkcode packageKey} gives, for a look at it only: the name may be a hostile one. */
export function unjudgedKey(name: string, strip: Strip): string | undefined {
  const key = normalName(strip(name) ?? "");
  return (key.startsWith(MIRROR_PREFIX) ? key.slice(MIRROR_PREFIX.length) : key) || undefined;
}

/** The folder that a path lies in, with its slash; empty at the top. */
export function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/") + 1);
}

/** The last component of a path. */
export function baseOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

/** Where a name has an empty or `.` component, or ends in a slash. Most have none. */
const NOT_NORMAL = /(?:^|\/)\.?(?:\/|$)/;

/** A name without its empty and `.` components. */
export function normalName(name: string): string {
  if (!NOT_NORMAL.test(name)) return name;
  return name.split("/").filter((part) => part !== "" && part !== ".").join("/");
}

/** Drops so many levels, as `tar --strip-components` does. */
export function dropLevels(count: number): Strip {
  return (name) => {
    let at = 0;
    for (let dropped = 0; dropped < count; dropped++) {
      while (name[at] === "/") at++;
      const slash = name.indexOf("/", at);
      if (slash < 0) return undefined;
      at = slash + 1;
    }
    return name.slice(at);
  };
}

/** What could leave the target, or be read differently by another system. */
const UNSAFE: readonly (readonly [RegExp, state: string])[] = [
  [/\0/, "it holds a NUL byte"],
  [/^\//, "it is absolute"],
  [/\\/, "it holds a backslash, a separator on Windows"],
  // "C:" and "C:/x" but not "h:8080/x", which is a host with a port.
  [/^[A-Za-z]:(?:$|\/)/, "it names a Windows drive"],
  [/(?:^|\/)\.\.(?:\/|$)/, "it climbs out with `..`"],
];

function refuse(name: string, state: string): never {
  throw hostile(
    `the name ${JSON.stringify(name)} is refused: ${state}`,
    "Nothing of this package was published. Do not use it unless you know who made it.",
  );
}
