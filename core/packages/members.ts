/** From the members of one archive to the items of a package. */
import type { BinimportError } from "../util/errors.ts";
import { hostile, unsupported } from "./errors.ts";
import {
  linkTable,
  normalName,
  packageKey,
  type TopFolderReader,
  unjudgedKey,
} from "./names/mod.ts";
import type { PackageCopy, PackageItem, ReadOptions } from "./package.ts";
import { isPackageAsFile } from "./releases/mod.ts";
import { count, type Tally } from "./tally.ts";
import type { TarEntry } from "./tar/mod.ts";

/** Reads the members of one archive. */
export interface MemberReader {
  /** False of what globs leave out: it is not judged. */
  isWanted(entry: Pick<TarEntry, "name">): boolean;
  /** The item that a member is, if it is one by itself and no junk. */
  items(entry: TarEntry): AsyncGenerator<PackageItem>;
  /** After the last member: what its links mean. */
  copies(): Generator<PackageCopy>;
}

/** A reader for one archive; links never lead from one archive into another. */
export function memberReader(
  options: ReadOptions,
  tally: Tally,
  names: TopFolderReader,
): MemberReader {
  const links = linkTable(options.wanted);
  const owners = new Map<string, string>();

  function isWanted({ name }: Pick<TarEntry, "name">): boolean {
    const key = options.wanted === undefined ? undefined : unjudgedKey(name, names.strip);
    return key === undefined || options.wanted?.(key) !== false;
  }

  /** The member's key, or undefined when it is stripped away or not wanted. */
  function keyOf(entry: TarEntry): string | undefined {
    names.add(entry.name);
    if (!isWanted(entry)) {
      tally.files++;
      return undefined;
    }
    if (entry.fault !== undefined) throw entry.fault;
    const key = packageKey(entry.name, names.strip);
    if (key === undefined) {
      count(tally, "stripped-away", entry.name);
      return undefined;
    }
    tally.files++;
    own(key, normalName(entry.name));
    return key;
  }

  /** A later member of one name replaces the earlier one; of another name it must not. */
  function own(key: string, name: string): void {
    const owner = owners.get(key) ?? name;
    if (owner !== name) throw clash(key, owner, name);
    owners.set(key, name);
  }

  return {
    isWanted,
    async *items(entry) {
      if (options.keepJunk !== true) {
        const junk = isJunk(entry); // of most names known at once
        if (junk === true || junk !== false && await junk) {
          return count(tally, "junk", entry.name);
        }
      }
      switch (entry.type) {
        case "device":
          if (keyOf(entry) === undefined) return;
          throw hostile(
            `the member ${JSON.stringify(entry.name)} is refused: it is a device or a pipe`,
            "Leave it out with --exclude, or have the package made again without it.",
          );
        case "directory":
          names.addFolder(entry.name);
          if (isWanted(entry) && entry.fault === undefined) packageKey(entry.name, names.strip);
          return links.addFolder(entry.name);
        case "hardlink":
          return links.addHardLink(entry.name, entry.linkName, keyOf(entry));
        case "symlink":
          return links.addSymlink(entry.name, entry.linkName, keyOf(entry));
        case "file": {
          const key = keyOf(entry);
          links.addFile(entry.name, key);
          if (key === undefined) return;
          if (isPackageAsFile(key)) count(tally, "package-as-file", key);
          const { size, mode } = entry;
          const [chunks, bytes] = [() => entry.chunks(), () => entry.bytes()];
          yield { kind: "file", key, size, mode, chunks, bytes };
        }
      }
    },
    *copies() {
      names.end();
      tally.notes.push((packageName) => names.warnings(packageName));
      for (const { path, ...copy } of links.copies()) {
        own(copy.key, path);
        yield copy;
      }
    },
  };
}

function clash(key: string, first: string, second: string): BinimportError {
  const [one, other] = [JSON.stringify(first), JSON.stringify(second)];
  return unsupported(
    `${one} and ${other} in it would both become ${JSON.stringify(key)}`,
    "Give --strip-components 0 if that keeps them apart; else have it packed again without one of them.",
  );
}

/** So many bytes of a file tell whether it is junk. */
const HEAD = 512;

/** No control characters but white space and escape. */
const TEXT = /^[^\0-\x08\x0e-\x1a\x1c-\x1f\x7f]*$/;

/**
 * What file managers and editors leave behind: names, without their folders, and how such a file
 * begins, as bytes in Latin-1. A name alone makes nothing junk.
 */
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

/** Whether a file or link is junk. Waits only where its name is one of junk. */
function isJunk(entry: TarEntry): boolean | Promise<boolean> {
  const name = entry.name.slice(entry.name.lastIndexOf("/") + 1);
  if (entry.type === "symlink") return name.startsWith(".#") && EMACS_LOCK.test(entry.linkName);
  if (entry.type !== "file") return false;
  const kinds = JUNK.filter((kind) => kind.name.test(name));
  return kinds.length > 0 && beginsAs(kinds, entry);
}

async function beginsAs(kinds: typeof JUNK, entry: TarEntry): Promise<boolean> {
  const head = String.fromCharCode(...await entry.head(HEAD));
  return kinds.some(({ begins }) => begins.test(head));
}
