/** The contract of adapters, and what every place of storage shares: keys, sources, manifests. */

export type * from "./adapter.ts";
export { fileEtag, writtenEtag } from "./file_etag.ts";
export { plainHost, type PlainHostOptions } from "./host.ts";
export { assertKey, isStateKey, STATE_FOLDER } from "./key.ts";
export { HELD_HINT, holderShown, LOCK_WAIT, ownHolder } from "./lock_holder.ts";
export {
  amend,
  type Changes,
  CHECKSUMS_KEY,
  emptyManifest,
  loadManifest,
  type Manifest,
  MANIFEST_KEY,
  saveManifest,
} from "./manifest.ts";
export type { FileRecords } from "./manifest_lines.ts";
export {
  type FileRecord,
  packageIdentity,
  type PackageOptions,
  type PackageRecord,
} from "./manifest_records.ts";
export {
  assertDigest,
  bytesSource,
  checkedBytes,
  checkedChunks,
  chunkSource,
  collect,
  exactChunks,
  objectDigest,
} from "./put_source.ts";
export { inShard, parseShard, type Shard } from "./shard.ts";
