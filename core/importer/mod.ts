/** Packages × adapters → published, verified files. */
export type * from "./events.ts";
export { type ImportOptions, importPackages, type ImportResult } from "./importer.ts";
export type { Trust } from "./known_digests.ts";
export { probe } from "./probe.ts";
export { type Pruned, type PruneOptions, pruneTarget } from "./prune.ts";
export {
  type FileState,
  type Finding,
  type ReadableTarget,
  verifyFiles,
  type VerifyOptions,
} from "./verify.ts";
export { requireUrl, VERIFY_MODES, type VerifyMode, verifyMode } from "./verify_modes.ts";
