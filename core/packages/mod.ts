/** Bytes → entries: archives, folders and images, found and read. */

export { requireExpected } from "./checksum_file.ts";
export { digestLines } from "./checksum_lines.ts";
export { type ExpectedFile, expectedOf, packageKeys, type WantedFile } from "./contents.ts";
export { packageKey } from "./entry_key.ts";
export { type FindOptions, findPackages, packagesHere } from "./find.ts";
export type { PackageLimits } from "./limits.ts";
export type {
  Package,
  PackageCopy,
  PackageFile,
  PackageItem,
  PackageReading,
  PackageRestart,
  PackageWarning,
  ReadOptions,
} from "./package.ts";
export { folderKey } from "./prefix.ts";
