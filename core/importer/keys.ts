/** Keys that can lie beside each other in a folder. */
import { BinimportError } from "../util/errors.ts";

/** The keys of one import. */
export interface KeySpace {
  /** Adds a key; again is fine. Throws code `package-hostile` when it is a folder of another key. */
  add(key: string): void;
}

/** A name of 4 KB can make 2,000 folders, and each takes memory. No real package comes near. */
const MAX_FOLDERS = 200_000;

/** An empty key space. A file and a folder of one name cannot both be served, so it refuses them. */
export function keySpace(): KeySpace {
  const files = new Set<string>();
  const folders = new Set<string>();
  return {
    add(key) {
      if (folders.has(key)) clash(key);
      files.add(key);
      for (let end = key.lastIndexOf("/"); end > 0; end = key.lastIndexOf("/", end - 1)) {
        const folder = key.slice(0, end);
        if (files.has(folder)) clash(folder);
        if (folders.has(folder)) break;
        if (folders.size === MAX_FOLDERS) throw tooManyFolders();
        folders.add(folder);
      }
    },
  };
}

function tooManyFolders(): BinimportError {
  return new BinimportError(
    "package-hostile",
    `Cannot import what was given: it makes more than ${MAX_FOLDERS} folders`,
  );
}

function clash(key: string): never {
  throw new BinimportError(
    "package-hostile",
    `Cannot import ${JSON.stringify(key)}: it is both a file and a folder in what was given`,
    { key, hint: "Leave one of them out with --exclude." },
  );
}
