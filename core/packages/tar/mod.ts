/** Reads tar archives of every dialect. */

export { BLOCK, isHeader, isZero, type TarFields } from "./entry.ts";
export { entryBody, type TarEntry, untar } from "./reader.ts";
