/**
 * From a member's name in a package to the key it gets in the target. Where all names in an archive
 * have one folder above them, it is taken off: `offline-files/HOST/…` and `HOST/…` are the same tree.
 */
import { isStateKey, STATE_FOLDER } from "../../storage/mod.ts";
import { BinimportError, messageOf } from "../../util/errors.ts";
import { hostile, unsupported } from "../errors.ts";
import type { PackageWarning } from "../package.ts";

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
  const hint = "Nothing of this package was published. Do not use it unless you know who made it.";
  throw hostile(`the name ${JSON.stringify(name)} is refused: ${state}`, hint);
}

/** How names are cut: by the one folder above them all; or one level, but for hosts. */
export type TopFolder = "common" | "several";

/**
 * Cuts the names of one archive. The last name can refute what the first ones suggest; then the
 * archive is read again, and what can be read only once is refused.
 */
export interface TopFolderReader {
  /** Drops what is to be dropped of a name; undefined when that leaves nothing. */
  readonly strip: Strip;
  /** Takes the name of a folder into account. */
  addFolder?(name: string): void;
  /** That of a file or link, before it is cut; throws {@linkcode ReadAgain}. */
  add?(name: string): void;
  /** Behind the last name: what there is to tell. Throws {@linkcode ReadAgain}. */
  end?(): (packageName: string) => PackageWarning[];
}

/** What was given of an archive so far is wrong: it is to be read again, with what was learnt. */
export class ReadAgain extends Error {
  /** Takes the error for an archive that can be read only once. */
  constructor(readonly refusal: BinimportError) {
    super("the archive is to be read again");
  }
}

const dropOne = dropLevels(1);

/** What refutes the reading of an archive goes to `learnt`, by its name, for the next one. */
export function topFolderReader(archive: string, learnt: Map<string, TopFolder>): TopFolderReader {
  let chosen = learnt.get(archive);
  let isCommon = true;
  let first: string | undefined;
  let differs = false;
  /** First levels that are dropped unless one is common, each with a name that it is dropped of. */
  const dropped = new Map<string, string>();

  function add(name: string): void {
    const [top, second, isDeeper] = levels(name);
    first ??= top;
    // A folder named like a host is one above hosts only if there is nothing else in it.
    if (top === undefined || top !== first) isCommon = false;
    else if (isHostName(top) && !(isDeeper && isHostName(second))) isCommon = false;
    chosen ??= isCommon ? "common" : "several";
    if (chosen === "common" && !isCommon) settle();
    const rest = stripSeveral(name);
    if (top !== undefined && rest !== withoutDots(name) && !dropped.has(top)) {
      dropped.set(top, name);
    }
    differs ||= unjudgedKey(name, stripSeveral) !== unjudgedKey(name, stripCommon);
  }

  function settle(): void {
    const right = isCommon ? "common" : "several";
    if (right === chosen) return;
    chosen = right;
    if (!differs) return;
    learnt.set(archive, right);
    throw new ReadAgain(unsupported(
      "whether all its files share one top folder shows only at its end, and it cannot be read twice",
      "Give --strip-components 0 to keep names as they are, or 1 to drop their first level (./ counts as one); or save it to a file and give that file.",
    ));
  }

  return {
    strip: (name) => chosen === "common" ? stripCommon(name) : stripSeveral(name),
    addFolder(name) {
      // `tar c .` begins with its folder `./`: in there are rather several folders.
      if (first === undefined && /^\.\/*$/.test(name)) chosen ??= "several";
    },
    add,
    end() {
      settle();
      const [[top, example] = []] = dropped;
      if (isCommon || top === undefined) return () => [];
      const others = dropped.size === 1 ? "" : ` and ${dropped.size - 1} more`;
      const levels = `${JSON.stringify(`${top}/`)}${others}, such as of ${JSON.stringify(example)}`;
      const state = "has no folder above all its files: the first level of names was dropped";
      const hint = "Give --strip-components 0 to keep it.";
      return (name) => [
        { code: "level-dropped", message: `${JSON.stringify(name)} ${state}, ${levels}`, hint },
      ];
    },
  };
}

/** Without `./` before it: the first level, the second one, and whether there is a third one. */
function levels(name: string): [top: string | undefined, second: string, isDeeper: boolean] {
  const [top = "", second, third] = withoutDots(name).split(/\/+(?:\.\/+)*/, 3);
  return second === undefined ? [undefined, "", false] : [top, second, third !== undefined];
}

function stripCommon(name: string): string | undefined {
  return dropOne(withoutDots(name));
}

/** Hosts stay; so they do in the second level, whatever the first one is. */
function stripSeveral(name: string): string | undefined {
  const [top, second, isDeeper] = levels(name);
  if (top !== undefined && isHostName(top)) return withoutDots(name);
  return isDeeper && isHostName(second) ? stripCommon(name) : dropOne(name);
}

function withoutDots(name: string): string {
  return name.startsWith("./") ? name.replace(/^(?:\.\/+)+/, "") : name;
}

/** The folders above the first host of a name, such as `srv/mirror/`; empty where there are none. */
export function aboveHosts(name: string): string {
  const folders = name.split(/\/+/).slice(0, -1);
  return folders.slice(0, Math.max(0, folders.findIndex(isHostName))).map((one) => `${one}/`)
    .join("");
}

/** Top-level domains; the national ones have two letters, but not those of file names. */
const DOMAINS =
  "com|net|org|edu|gov|mil|int|info|biz|dev|app|cloud|local|lan|internal|intra|corp|home";

const HOST_NAME = new RegExp(
  `^(?:(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\\.)+(?:(?!gz|xz|js)[a-z]{2}|${DOMAINS})|\\d+(?:\\.\\d+){3}|localhost)(?::\\d+)?$`,
  "i",
);

/** Whether a folder is named like a host that files are fetched from, such as `dl.k8s.io`. */
export function isHostName(name: string): boolean {
  return HOST_NAME.test(name);
}
