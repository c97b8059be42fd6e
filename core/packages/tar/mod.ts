/** Reads tar archives of every dialect. */

export type { TarFields } from "./entry.ts";
export { BLOCK, isHeader, isZero } from "./header.ts";
export { entryBody, type TarEntry, untar } from "./reader.ts";
