/** Reads ISO 9660 images, with Rock Ridge and Joliet. */

export {
  isPart,
  isSuiteRelease,
  isUbuntu,
  MARKER_FILES,
  type Markers,
  placeOfImage,
} from "./distributions.ts";
export { type Image, isIso, openImage } from "./image.ts";
export { isoEntries, type IsoEntry } from "./tree.ts";
