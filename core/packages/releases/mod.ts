/** Releases: which packages lie in a folder or in an archive of one. */

export {
  innerArchive,
  isArtifactSet,
  isOuterFolder,
  isPackageAsFile,
  releaseIn,
} from "./layout.ts";
export { innerRanges } from "./nested.ts";
