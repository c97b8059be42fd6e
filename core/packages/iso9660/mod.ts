/** Reads ISO 9660 images, with Rock Ridge and Joliet. */

export { isIso, openImage } from "./image.ts";
export { isoEntries, type IsoEntry, placeOfImage } from "./tree.ts";
