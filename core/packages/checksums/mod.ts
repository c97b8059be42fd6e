/** Files of checksums, in the forms that people and tools write. */

export {
  disagreement,
  findChecksum,
  MAX_CHECKSUM_SIZE,
  type ReleaseChecksums,
  releaseChecksums,
  requireExpected,
} from "./checksum_file.ts";
export { checksumText, digestLines } from "./checksum_lines.ts";
