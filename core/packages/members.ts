/** From the members of one archive to the items of a package. */
import { BinimportError } from "../util/errors.ts";
import { packageKey } from "./entry_key.ts";
import { linkTable } from "./links.ts";
import type { PackageCopy, PackageItem, ReadOptions } from "./package.ts";
import type { TarEntry } from "./tar/mod.ts";

/** What was counted over all archives of a package. */
export interface Tally {
  /** Files and links that have a key, wanted or not. */
  files: number;
  /** Files and links of whose names stripping left nothing. */
  strippedAway: number;
}

/** Reads the members of one archive. */
export interface MemberReader {
  /** The item that a member is, if it is one by itself. */
  items(entry: TarEntry): Generator<PackageItem>;
  /** After the last member: what its links mean. */
  copies(): Generator<PackageCopy>;
}

/** A reader for one archive; links never lead from one archive into another. */
export function memberReader(
  options: ReadOptions & { readonly stripComponents: number },
  tally: Tally,
): MemberReader {
  const links = linkTable();

  /** The member's key, or undefined when it is stripped away or not wanted. */
  function keyOf(entry: TarEntry): string | undefined {
    const key = packageKey(entry.name, options.stripComponents);
    if (key === undefined) {
      tally.strippedAway++;
      return undefined;
    }
    tally.files++;
    return options.wanted === undefined || options.wanted(key) ? key : undefined;
  }

  return {
    *items(entry) {
      switch (entry.type) {
        case "device":
          throw new BinimportError(
            "package-hostile",
            `the member ${JSON.stringify(entry.name)} is refused: it is a device or a pipe`,
          );
        case "directory":
          packageKey(entry.name, options.stripComponents);
          return links.addFolder(entry.name);
        case "hardlink":
          return links.addHardLink(entry.name, entry.linkName, keyOf(entry));
        case "symlink":
          return links.addSymlink(entry.name, entry.linkName, keyOf(entry));
        case "file": {
          const key = keyOf(entry);
          links.addFile(entry.name, key);
          if (key === undefined) return;
          yield {
            kind: "file",
            key,
            size: entry.size,
            mode: entry.mode,
            chunks: () => entry.chunks(),
            bytes: () => entry.bytes(),
          };
        }
      }
    },
    copies: () => links.copies(),
  };
}
