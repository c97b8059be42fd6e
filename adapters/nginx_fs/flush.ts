/** Having things on the disk, and not only in memory. */
import { closeSync, fsyncSync, openSync } from "node:fs";

/** Flushes a folder: its entries, such as a new file's name, survive a power failure then. */
export function flush(folder: string): void {
  const fd = openSync(folder === "" ? "/" : folder, "r");
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}
