/** Images of disks: read as packages, from a file and from a stream. */

export { refuseContainerImages } from "./image_archive.ts";
export { isoPackage } from "./iso.ts";
export { type LearntMarkers, streamedImageItems } from "./iso_stream.ts";
