/** A package that is a folder: its files as they lie. */
import { collect, STATE_FOLDER } from "../storage/mod.ts";
import { BinimportError, messageOf } from "../util/errors.ts";
import { normalName, packageKey } from "./entry_key.ts";
import type { Package, PackageFile, PackageReading, ReadOptions } from "./package.ts";
import { fileSource } from "./sources/mod.ts";

/** A package over the files below a folder. Symbolic links become the files that they mean. */
export function treePackage(root: string): Package {
  return { name: root, replayable: true, read: (options = {}) => readTree(root, options) };
}

function readTree(root: string, options: ReadOptions): PackageReading {
  let strippedAway = 0;
  const strip = options.stripComponents ?? 0;

  async function* items(): AsyncGenerator<PackageFile> {
    let files = 0;
    for await (const file of filesBelow(root)) {
      options.signal?.throwIfAborted();
      const key = keyOf(root, file.name, strip);
      if (key === undefined) {
        strippedAway++;
        continue;
      }
      files++;
      if (options.wanted === undefined || options.wanted(key)) yield item(key, file, options);
    }
    if (files === 0) {
      throw new BinimportError(
        "package-missing",
        `Cannot read ${quoted(root)}: it holds no files`,
      );
    }
  }

  return { items: items(), sha256: () => undefined, strippedAway: () => strippedAway };
}

interface TreeFile {
  /** Relative to the root. */
  readonly name: string;
  /** Where it really lies. */
  readonly path: string;
  readonly size: number;
  readonly mode: number;
}

async function* filesBelow(root: string): AsyncGenerator<TreeFile> {
  const realRoot = await readable(root, () => Deno.realPath(root));
  // Folders on the way down, by their real path: one that comes again is a circle of links.
  yield* walk("", [realRoot]);

  async function* walk(folder: string, above: readonly string[]): AsyncGenerator<TreeFile> {
    for (const entry of await sortedEntries(`${root}/${folder}`)) {
      const name = folder === "" ? entry.name : `${folder}/${entry.name}`;
      if (name === STATE_FOLDER) continue; // the record of an import into this very folder
      const path = await readable(name, () => Deno.realPath(`${root}/${name}`));
      if (entry.isSymlink && path !== realRoot && !path.startsWith(realRoot + "/")) {
        refuse(root, name, `it is a link that leads out, to ${quoted(path)}`);
      }
      const info = await readable(name, () => Deno.stat(path));
      if (info.isDirectory) {
        if (above.includes(path)) refuse(root, name, "it is a link to a folder above it");
        yield* walk(name, [...above, path]);
      } else if (info.isFile) {
        yield { name, path, size: info.size, mode: (info.mode ?? 0o644) & 0o7777 };
      } else {
        refuse(root, name, "it is a device, a pipe or a socket");
      }
    }
  }
}

async function sortedEntries(folder: string): Promise<Deno.DirEntry[]> {
  const entries = await readable(folder, () => Array.fromAsync(Deno.readDir(folder)));
  return entries.sort((a, b) => (a.name < b.name ? -1 : 1));
}

function item(key: string, file: TreeFile, options: ReadOptions): PackageFile {
  const { size, mode } = file;
  const chunks = () => chunksOf(file, options);
  return { kind: "file", key, size, mode, chunks, bytes: () => collect(chunks(), size) };
}

async function* chunksOf(
  { path, size }: TreeFile,
  { signal, onBytes }: ReadOptions,
): AsyncGenerator<Uint8Array> {
  let left = size;
  for await (const chunk of fileSource(path, path, { offset: 0, size }).chunks(signal)) {
    left -= chunk.length;
    onBytes?.(chunk.length);
    yield chunk;
  }
  if (left === 0) return;
  throw new BinimportError(
    "package-damaged",
    `Cannot read ${quoted(path)}: it became shorter while it was read`,
  );
}

function keyOf(root: string, name: string, strip: number): string | undefined {
  try {
    return packageKey(normalName(name), strip);
  } catch (error) {
    refuse(root, name, messageOf(error));
  }
}

async function readable<T>(path: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (cause) {
    throw new BinimportError(
      "package-unreadable",
      `Cannot read ${quoted(path)}: ${messageOf(cause)}`,
      { cause },
    );
  }
}

function refuse(root: string, name: string, state: string): never {
  throw new BinimportError(
    "package-hostile",
    `Cannot use ${quoted(name)} from the folder ${quoted(root)}: ${state}`,
  );
}

function quoted(text: string): string {
  return JSON.stringify(text);
}
