/** A package that is a folder: its files as they lie. */
import { collect, STATE_FOLDER } from "../storage/mod.ts";
import { BinimportError, messageOf } from "../util/errors.ts";
import { hostile, isPackageError } from "./errors.ts";
import { memberReader } from "./members.ts";
import { fixedLevels, isHostName } from "./names/mod.ts";
import type {
  Package,
  PackageItem,
  PackageReading,
  PackageWarning,
  ReadOptions,
} from "./package.ts";
import { fileSource } from "./sources/mod.ts";
import { newTally, warningsOf } from "./tally.ts";
import type { TarEntry } from "./tar/mod.ts";

/** A package over the files below a folder. Symbolic links become the files that they mean. */
export function treePackage(root: string): Package {
  return { name: root, replayable: true, read: (options = {}) => readTree(root, options) };
}

function readTree(root: string, options: ReadOptions): PackageReading {
  async function* items(): AsyncGenerator<PackageItem> {
    const tally = newTally();
    const { count, warnings } = await levelsOf(root, options);
    const members = memberReader(options, tally, fixedLevels(count));
    const isWanted = (name: string) => {
      const wanted = members.isWanted({ name });
      if (!wanted) tally.files++;
      return wanted;
    };
    for await (const file of filesBelow(root, isWanted)) {
      options.signal?.throwIfAborted();
      try {
        yield* members.items(entryOf(file, options));
      } catch (error) {
        throw isPackageError(error) ? refusal(root, file.name, error.message) : error;
      }
    }
    if (tally.files === 0) {
      const state = `Cannot read ${quoted(root)}: it holds no files`;
      throw new BinimportError("package-missing", state);
    }
    for (const warning of [...warnings, ...warningsOf(root, tally)]) options.onWarning?.(warning);
  }

  return { items: items(), sha256: () => undefined };
}

/**
 * How many levels names lose: none, for the folder itself is the top one, unless it holds nothing
 * but one with hosts in it, as an archive was unpacked.
 */
async function levelsOf(
  root: string,
  { stripComponents = "auto" }: ReadOptions,
): Promise<{ readonly count: number; readonly warnings: readonly PackageWarning[] }> {
  if (stripComponents !== "auto") return { count: stripComponents, warnings: [] };
  const [top, ...others] = (await sortedEntries(root)).filter(({ name }) => name !== STATE_FOLDER);
  const isAbove = top?.isDirectory && others.length === 0 && !isHostName(top.name);
  const inside = isAbove ? await sortedEntries(`${root}/${top.name}`) : [];
  const holdsHosts = inside.every((entry) => entry.isDirectory && isHostName(entry.name));
  if (top === undefined || inside.length === 0 || !holdsHosts) return { count: 0, warnings: [] };
  const message = `The hosts in ${quoted(root)} lie below ${
    quoted(`${top.name}/`)
  }, which was dropped`;
  const hint = "Give --strip-components 0 to keep it.";
  return { count: 1, warnings: [{ code: "level-dropped", message, hint }] };
}

interface TreeFile {
  readonly name: string;
  readonly path: string;
  readonly size: number;
  readonly mode: number;
}

/** What is not wanted is not looked at. */
async function* filesBelow(
  root: string,
  isWanted: (name: string) => boolean,
): AsyncGenerator<TreeFile> {
  const realRoot = await readable(root, () => Deno.realPath(root));
  // Folders on the way down, by their real path: one that comes again is a cycle of links.
  yield* walk("", [realRoot]);

  async function* walk(folder: string, above: readonly string[]): AsyncGenerator<TreeFile> {
    for (const entry of await sortedEntries(`${root}/${folder}`)) {
      const name = folder === "" ? entry.name : `${folder}/${entry.name}`;
      if (name === STATE_FOLDER) continue; // the record of an import into this very folder
      if (!entry.isDirectory && !isWanted(name)) continue;
      const path = await readable(name, () => Deno.realPath(`${root}/${name}`));
      if (entry.isSymlink && path !== realRoot && !path.startsWith(realRoot + "/")) {
        throw refusal(root, name, `it is a link that leads out, to ${quoted(path)}`);
      }
      const info = await readable(name, () => Deno.stat(path));
      if (info.isDirectory) {
        if (above.includes(path)) throw refusal(root, name, "it is a link to a folder above it");
        yield* walk(name, [...above, path]);
      } else if (info.isFile) {
        yield { name, path, size: info.size, mode: (info.mode ?? 0o644) & 0o7777 };
      } else {
        throw refusal(root, name, "it is a device, a pipe or a socket");
      }
    }
  }
}

async function sortedEntries(folder: string): Promise<Deno.DirEntry[]> {
  const entries = await readable(folder, () => Array.fromAsync(Deno.readDir(folder)));
  return entries.sort((a, b) => (a.name < b.name ? -1 : 1));
}

function entryOf(file: TreeFile, options: ReadOptions): TarEntry {
  const { name, path, size, mode } = file;
  const chunks = () => chunksOf(file, options);
  async function head(length: number): Promise<Uint8Array> {
    const range = { offset: 0, size: Math.min(length, size) };
    return await collect(fileSource(path, path, range).chunks(), range.size);
  }
  const bytes = () => collect(chunks(), size);
  return { name, type: "file", size, mode, linkName: "", chunks, bytes, head };
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

function refusal(root: string, name: string, state: string): BinimportError {
  return hostile(
    `Cannot use ${quoted(name)} from the folder ${quoted(root)}: ${state}`,
    "Leave it out with --exclude, or take it out of the folder.",
  );
}

function quoted(text: string): string {
  return JSON.stringify(text);
}
