/** What a package may grow into: kilobytes can unpack to terabytes, or to names without end. */
import { formatBytes } from "../util/units.ts";
import { hostile } from "./errors.ts";

/** Limits that an option can raise. */
export interface PackageLimits {
  /**
   * Bytes that a package may unpack to. Default: 200 times its length, where that is more than 1
   * GiB.
   */
  readonly maxUnpacked?: number;
  /** Members that a package may have. Default: 200,000. */
  readonly maxFiles?: number;
}

/** Binaries unpack to 2 to 4 times their length, logs to 20; gzip cannot do more than 1032. */
const MAX_RATIO = 200;

/** In bytes, whatever the ratio of what is small, and however large the package is. */
const [ALWAYS_ALLOWED, MAX_UNPACKED] = [2 ** 30, 2 ** 40];

/**
 * Each takes about 2.5 KB of memory until the end of the import; real packages have some thousands.
 */
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
        "If you know who made it and that is right, give --max-files; each takes 2.5 KB of memory.",
      );
    },
  };
}
