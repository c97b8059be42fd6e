/** From the members of one archive to the items of a package. */
import { latin1 } from "./bytes.ts";
import { hostile, unsupported } from "./errors.ts";
import {
  aboveHosts,
  baseOf,
  keysByName,
  linkTable,
  normalName,
  packageKey,
  type TopFolderReader,
  unjudgedKey,
} from "./names/mod.ts";
import type { PackageCopy, PackageFile, PackageWarning, ReadOptions } from "./package.ts";
import { isPackageAsFile } from "./releases.ts";
import { count, type Tally } from "./tally.ts";
import type { TarEntry } from "./tar/mod.ts";

/** Reads the members of one archive. */
export interface MemberReader {
  /** What becomes of a name, which is not judged by that. */
  fateOf(name: string): "wanted" | "unwanted" | "stripped";
  /** Whether a file is not wanted, which is counted. */
  leavesOut(name: string): boolean;
  /** The item that a member is, if it is one by itself and no junk. */
  item(entry: TarEntry): Promise<PackageFile | undefined>;
  /** After the last member: what its links mean. */
  copies(): Generator<PackageCopy>;
}

/** A reader for one archive; links never lead from one archive into another. */
export function memberReader(
  options: ReadOptions,
  tally: Tally,
  names: TopFolderReader,
  into: string | undefined,
): MemberReader {
  const { wanted, keepJunk = false, stripComponents = "auto" } = options;
  const files = keysByName();
  const links = linkTable(files, wanted);
  const linkNames = new Map<string, string>(); // by their keys
  /** What lies above the hosts in every name so far, and how many levels that is before stripping. */
  let above = stripComponents === "auto" ? undefined : { folders: "", levels: 0 };
  const placed = (key: string | undefined) =>
    key === undefined || into === undefined ? key : `${into}/${key}`;

  function fateOf(name: string): ReturnType<MemberReader["fateOf"]> {
    const key = placed(unjudgedKey(name, names.strip));
    return key === undefined ? "stripped" : wanted?.(key) === false ? "unwanted" : "wanted";
  }

  function leavesOut(name: string): boolean {
    if (fateOf(name) !== "unwanted") return false;
    tally.files++;
    count(tally, "nothing-wanted", placed(unjudgedKey(name, names.strip)) ?? name);
    return true;
  }

  /** The member's key, or undefined when it is stripped away or not wanted. */
  function keyOf({ name, type, fault }: TarEntry): string | undefined {
    names.add?.(name);
    if (wanted !== undefined && leavesOut(name)) return undefined;
    if (fault !== undefined) throw fault;
    const key = placed(packageKey(name, names.strip));
    if (key === undefined) {
      count(tally, "stripped-away", name);
      return undefined;
    }
    tally.files++;
    own(key, normalName(name), type === "file");
    if (above?.folders !== "") noteHosts(name);
    return key;
  }

  function noteHosts(name: string): void {
    const folders = aboveHosts(names.strip(name) ?? "");
    const levels = aboveHosts(name).split("/").length - 1;
    above = { folders: (above?.folders ?? folders) === folders ? folders : "", levels };
  }

  function hostsBelow(packageName: string): PackageWarning[] {
    if (above === undefined || above.folders === "") return [];
    const [name, folders] = [packageName, above.folders].map((one) => JSON.stringify(one));
    const message = `The hosts in ${name} lie below ${folders}, where nodes do not ask for them`;
    const hint = `Give --strip-components ${above.levels}, or pack the folder of the hosts.`;
    return [{ code: "hosts-below", message, hint }];
  }

  /** A later member of one name replaces the earlier one; of another name it must not. */
  function own(key: string, name: string, isFile = false): void {
    const owner = linkNames.get(key) ?? files.nameOf(key) ?? name;
    if (!isFile) linkNames.set(key, name); // the table notes files
    if (owner === name) return;
    const [one, other, both] = [owner, name, key].map((text) => JSON.stringify(text));
    throw unsupported(
      `${one} and ${other} in it would both become ${both}`,
      "Give --strip-components 0 if that keeps them apart; else have it packed again without one of them.",
    );
  }

  return {
    fateOf,
    leavesOut,
    async item(entry) {
      const { name, type, size, mode, fault } = entry;
      const junk = !keepJunk && isJunk(entry); // of most names known at once
      if (junk !== false && await junk) {
        count(tally, "junk", name);
        return undefined;
      }
      if (type === "directory") {
        names.addFolder?.(name);
        if (fault === undefined && fateOf(name) !== "unwanted") packageKey(name, names.strip);
        links.add(entry, undefined);
        return undefined;
      }
      const key = keyOf(entry);
      if (type === "device" && key !== undefined) {
        throw hostile(
          `the member ${JSON.stringify(name)} is refused: it is a device or a pipe`,
          "Leave it out with --exclude, or have the package made again without it.",
        );
      }
      links.add(entry, key);
      if (type !== "file" || key === undefined) return undefined;
      if (isPackageAsFile(key)) count(tally, "package-as-file", key);
      const { chunks, bytes } = entry;
      return { kind: "file", key, size, mode, chunks, bytes };
    },
    *copies() {
      tally.notes.push(names.end?.() ?? (() => []), hostsBelow);
      for (const { path, ...copy } of links.copies()) {
        own(copy.key, path);
        yield copy;
      }
    },
  };
}

/** So many bytes of a file tell whether it is junk. */
const HEAD = 512;

/** No control characters but white space and escape. */
const TEXT = /^[^\0-\x08\x0e-\x1a\x1c-\x1f\x7f]*$/;

/** What file managers and editors leave behind: how a name is, and how such a file begins. */
const JUNK: readonly { readonly name: RegExp; readonly begins: RegExp }[] = [
  { name: /^\._./, begins: /^\0\x05\x16[\0\x07]/ }, // AppleDouble and AppleSingle (RFC 1740)
  { name: /^\.DS_Store$/, begins: /^\0\0\0\x01Bud1/ }, // macOS Finder
  { name: /^(?:eh)?thumbs(?:_vista)?\.db$/i, begins: /^\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1/ }, // Windows
  { name: /^desktop\.ini$/i, begins: /^[\xff\xfe\xef\xbb\xbf\s]*\[\0?\.\0?S/ }, // in UTF-16, too
  { name: /^\..+\.sw[a-p]$/, begins: /^b0VIM / },
  { name: /.~$/, begins: TEXT }, // Emacs, gedit, Kate; not a program that was put aside
  { name: /^#.+#$/, begins: TEXT }, // Emacs, what was not saved
];

/** Emacs locks a file by a link `.#NAME` to USER@HOST.PID:BOOT. */
const EMACS_LOCK = /^[^/]+@[^/]+\.\d+(?::\d+)?$/;

function isJunk(entry: TarEntry): boolean | Promise<boolean> {
  const name = baseOf(entry.name);
  if (entry.type === "symlink") return name.startsWith(".#") && EMACS_LOCK.test(entry.linkName);
  const kinds = entry.type === "file" ? JUNK.filter((kind) => kind.name.test(name)) : [];
  if (kinds.length === 0) return false;
  return entry.head(HEAD).then((head) => kinds.some(({ begins }) => begins.test(latin1(head))));
}
