/** A package that is a folder: its files as they lie. */
import { collect, STATE_FOLDER } from "../storage/mod.ts";
import { BinimportError, messageOf } from "../util/errors.ts";
import { type MemberReader, memberReader } from "./members.ts";
import { fixedLevels, isHostName } from "./names/mod.ts";
import type { Package, PackageItem, PackageReading, ReadOptions } from "./package.ts";
import { isPackageError } from "./single_source.ts";
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
    const levels = await levelsOf(root, options);
    if (levels.note !== undefined) tally.notes.push(levels.note);
    const members = memberReader(options, tally, fixedLevels(levels.count));
    for await (const file of filesBelow(root, members)) {
      options.signal?.throwIfAborted();
      const entry = entryOf(file, options);
      if (file.path !== "" && await members.isLeftOut(entry)) continue;
      try {
        yield* members.items(entry);
      } catch (error) {
        if (!isPackageError(error)) throw error;
        refuse(root, file.name, error.message);
      }
    }
    if (tally.files === 0) {
      throw new BinimportError(
        "package-missing",
        `Cannot read ${quoted(root)}: it holds no files`,
      );
    }
    for (const warning of warningsOf(root, tally)) options.onWarning?.(warning);
  }

  return { items: items(), sha256: () => undefined };
}

interface Levels {
  readonly count: number;
  readonly note?: ReturnType<typeof newTally>["notes"][number];
}

/**
 * How many levels names lose: none, for the folder itself is the top one, unless it holds nothing
 * but one with hosts in it, as an archive was unpacked.
 */
async function levelsOf(root: string, { stripComponents = "auto" }: ReadOptions): Promise<Levels> {
  if (stripComponents !== "auto") return { count: stripComponents };
  const [top, ...others] = (await sortedEntries(root)).filter(({ name }) => name !== STATE_FOLDER);
  if (top?.isDirectory !== true || others.length > 0 || isHostName(top.name)) return { count: 0 };
  const inside = await sortedEntries(`${root}/${top.name}`);
  if (
    inside.length === 0 || !inside.every((entry) => entry.isDirectory && isHostName(entry.name))
  ) return { count: 0 };
  return {
    count: 1,
    note: (name) => [{
      code: "level-dropped",
      message: `The hosts in ${quoted(name)} lie below ${
        quoted(`${top.name}/`)
      }, which was dropped`,
      hint: "Give --strip-components 0 to keep it.",
    }],
  };
}

interface TreeFile {
  readonly name: string;
  /** Where it really lies; empty for what globs leave out, which is not looked at. */
  readonly path: string;
  readonly size: number;
  readonly mode: number;
}

async function* filesBelow(root: string, { isWanted }: MemberReader): AsyncGenerator<TreeFile> {
  const realRoot = await readable(root, () => Deno.realPath(root));
  // Folders on the way down, by their real path: one that comes again is a cycle of links.
  yield* walk("", [realRoot]);

  async function* walk(folder: string, above: readonly string[]): AsyncGenerator<TreeFile> {
    for (const entry of await sortedEntries(`${root}/${folder}`)) {
      const name = folder === "" ? entry.name : `${folder}/${entry.name}`;
      if (name === STATE_FOLDER) continue; // the record of an import into this very folder
      if (!entry.isDirectory && !isWanted({ name })) {
        yield { name, path: "", size: 0, mode: 0 };
        continue;
      }
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

/** The file as an archive would have it. */
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

function refuse(root: string, name: string, state: string): never {
  throw new BinimportError(
    "package-hostile",
    `Cannot use ${quoted(name)} from the folder ${quoted(root)}: ${state}`,
    { hint: "Leave it out with --exclude, or take it out of the folder." },
  );
}

function quoted(text: string): string {
  return JSON.stringify(text);
}
