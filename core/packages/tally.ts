/**
 * What is counted while a package is read: what it grows into, for kilobytes can unpack to terabytes or
 * to names without end; and what there is to warn of, over all archives in it.
 */
import { formatBytes, formatCount } from "../util/units.ts";
import { hostile } from "./errors.ts";
import type { PackageLimits, PackageWarning } from "./package.ts";

/** Binaries unpack to 2 to 4 times their length, logs to 20; gzip cannot do more than 1032. */
const MAX_RATIO = 200;

/** In bytes, whatever the ratio of what is small, and however large the package is. */
const [ALWAYS_ALLOWED, MAX_UNPACKED] = [2 ** 30, 2 ** 40];

/** Each takes some 0.6 KB of memory until the end of the import; real packages have thousands. */
const MAX_FILES = 200_000;

/** Longer than any path that Linux takes (PATH_MAX). */
const MAX_NAME = 4096;

/** All names together stay in memory: so many UTF-16 units on average. */
const MEAN_NAME = 256;

/** Counts what a reading sees; throws code `package-hostile` when that is too much. */
export interface Meter {
  /** Of the package as it lies. */
  packed(bytes: number): void;
  unpacked(bytes: number): void;
  member(name: string, linkName: string): void;
}

/** A meter that has counted nothing yet. */
export function meter({ maxUnpacked, maxFiles = MAX_FILES }: PackageLimits = {}): Meter {
  let [packed, unpacked, members, names] = [0, 0, 0, 0];
  return {
    packed: (bytes) => void (packed += bytes),
    unpacked(bytes) {
      unpacked += bytes;
      const usual = Math.min(MAX_UNPACKED, Math.max(ALWAYS_ALLOWED, packed * MAX_RATIO));
      if (unpacked <= (maxUnpacked ?? usual)) return;
      throw hostile(
        `${formatBytes(packed)} of it unpack to more than ${formatBytes(maxUnpacked ?? usual)}`,
        "If you know who made it and that is right, give --max-unpacked, such as 2TiB.",
      );
    },
    member(name, linkName) {
      members++;
      names += name.length + linkName.length;
      if (name.length > MAX_NAME || linkName.length > MAX_NAME) {
        throw hostile(`a name in it has more than ${MAX_NAME} characters`);
      }
      if (members <= maxFiles && names <= maxFiles * MEAN_NAME) return;
      throw hostile(
        members > maxFiles
          ? `it holds more than ${maxFiles} files, folders and links`
          : `the names in it have more than ${maxFiles * MEAN_NAME} characters together`,
        "If you know who made it and that is right, give --max-files; each takes 0.6 KB of memory.",
      );
    },
  };
}

/** By kind, what is told of such files, and what to do about it. */
const TOLD = {
  "stripped-away": [
    "above the stripped folders left out",
    "Give --strip-components 0 if they are wanted.",
  ],
  "junk": [
    "left out that file managers and editors leave behind",
    "Give --keep-junk if they are wanted. Those of macOS are not packed with COPYFILE_DISABLE=1.",
  ],
  "nothing-wanted": [
    "left out by --include and --exclude, which leave nothing",
    "A pattern is of a whole key: dl.k8s.io/** is all below that folder.",
  ],
  "package-as-file": [
    "imported as such, though named like packages",
    "Give that package by itself, or its folder, to import what is inside. Images go into a registry.",
  ],
} as const;

type Counted = keyof typeof TOLD | "appended-archive";

export class Tally {
  /** Files and links that have a key, wanted or not. */
  files = 0;
  /** How many members there were of a kind, and the name of the first one. */
  readonly counts: Map<Counted, { readonly count: number; readonly example: string }> = new Map();
  /** What each archive has to tell at its end, given the package's name. */
  readonly notes: ((packageName: string) => readonly PackageWarning[])[] = [];
}

/** Counts a member of some kind. */
export function count({ counts }: Tally, kind: Counted, name: string): void {
  const found = counts.get(kind) ?? { count: 0, example: name };
  counts.set(kind, { ...found, count: found.count + 1 });
}

/** What a reading has to warn of. */
export function warningsOf(packageName: string, { files, counts, notes }: Tally): PackageWarning[] {
  const name = JSON.stringify(packageName);
  const isTold = ([code, { count }]: [Counted, { count: number }]) =>
    code !== "nothing-wanted" || count === files;
  const counted = Array.from(counts.entries().filter(isTold), ([code, { count, example }]) => {
    if (code === "appended-archive") {
      const archives = formatCount(count, "further archive");
      const how = "read as well, as tar --ignore-zeros does";
      return { code, message: `${archives} behind the end of the first one in ${name} ${how}` };
    }
    const [what, hint] = TOLD[code];
    const files = `${formatCount(count, "file")} of ${name}`;
    return { code, message: `${files} ${what}, such as ${JSON.stringify(example)}`, hint };
  });
  return [...notes.flatMap((note) => note(packageName)), ...counted];
}
