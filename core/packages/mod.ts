/** Bytes → entries: archives, folders and images, found and read. */

export { decodeText, digestLines, requireExpected } from "./checksums.ts";
export { isArchiveName, packageKinds } from "./compression/mod.ts";
export {
  contentsOf,
  type ExpectedFile,
  expectedOf,
  packageKeys,
  type WantedFile,
} from "./contents.ts";
export { type FindOptions, findPackages, packagesHere } from "./find.ts";
export {
  architectureIn,
  ARCHITECTURES,
  folderKey,
  imageArchitecture,
  machineOf,
  packageKey,
} from "./names/mod.ts";
export type {
  Package,
  PackageCopy,
  PackageFile,
  PackageItem,
  PackageLimits,
  PackageReading,
  PackageRestart,
  PackageWarning,
  ReadOptions,
} from "./package.ts";
