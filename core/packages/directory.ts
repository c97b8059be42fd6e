/** A package that is a folder: its files as they lie. */
import { collect, STATE_FOLDER } from "../storage/mod.ts";
import { BinimportError } from "../util/errors.ts";
import { errno } from "../util/errno.ts";
import { quoteName as quoted } from "./bytes.ts";
import { hostile, isPackageError, restated, unreadable } from "./errors.ts";
import { type MemberReader, memberReader } from "./members.ts";
import { dropLevels, isHostName } from "./names/mod.ts";
import type { Package, PackageItem, ReadOptions } from "./package.ts";
import { fileSource } from "./file_source.ts";
import { Tally, warningsOf } from "./tally.ts";
import type { TarEntry } from "./tar/mod.ts";

/** A package over the files below a folder, and below those that links mean. */
export function treePackage(root: string, into?: string): Package {
  async function* items(options: ReadOptions): AsyncGenerator<PackageItem> {
    const tally = new Tally();
    const { stripComponents = "auto", targets = [] } = options;
    const places = into === undefined ? [] : targets.map((target) => `${target}/${into}`);
    const isTarget = await targetTest([...targets, ...places]);
    const below = stripComponents === "auto" ? await folderAbove(root, isTarget) : undefined;
    const levels = stripComponents === "auto" ? Number(below !== undefined) : stripComponents;
    const members = memberReader(options, tally, { strip: dropLevels(levels) }, into);
    for await (const entry of entriesBelow(root, options, members, isTarget)) {
      options.signal?.throwIfAborted();
      try {
        const item = await members.item(entry);
        if (item !== undefined) yield item;
      } catch (error) {
        throw isPackageError(error) ? refusal(root, entry.name, error.message) : error;
      }
    }
    yield* members.copies();
    if (tally.files === 0) {
      const state = `Cannot read ${quoted(root)}: it holds no files`;
      throw new BinimportError("package-missing", state);
    }
    if (below !== undefined) {
      const [name, folder] = [quoted(root), quoted(`${below}/`)];
      const message = `The hosts in ${name} lie below ${folder}, which was dropped`;
      const hint = "Give --strip-components 0 to keep it.";
      options.onWarning?.({ code: "level-dropped", message, hint });
    }
    for (const warning of warningsOf(root, tally)) options.onWarning?.(warning);
  }

  return {
    name: root,
    replayable: true,
    read: (options = {}) => ({ items: items(options), sha256: () => undefined }),
  };
}

/** The folder that names lose: the only one in the root, if it holds nothing but hosts. */
async function folderAbove(root: string, isTarget: FolderTest): Promise<string | undefined> {
  let top: Deno.DirEntry | undefined;
  for (const entry of await sortedEntries(root)) {
    const { name, isDirectory } = entry;
    if (name === STATE_FOLDER) continue;
    if (isDirectory && isTarget(await Deno.stat(`${root}/${name}`))) continue;
    if (top !== undefined || !isDirectory || isHostName(name)) return undefined;
    top = entry;
  }
  if (top === undefined) return undefined;
  const inside = await sortedEntries(`${root}/${top.name}`);
  const holdsHosts = inside.every((entry) => entry.isDirectory && isHostName(entry.name));
  return inside.length > 0 && holdsHosts ? top.name : undefined;
}

/** What is not wanted is not looked at. */
async function* entriesBelow(
  root: string,
  options: ReadOptions,
  members: MemberReader,
  isTarget: FolderTest,
): AsyncGenerator<TarEntry> {
  const realRoot = await readable(root, Deno.realPath(root));
  // Folders on the way down, by their real path: one that comes again is a cycle of links.
  yield* walk("", [realRoot]);

  /** What cannot be read is no fault where all in it is left out. */
  async function entriesIn(folder: string): Promise<Deno.DirEntry[]> {
    try {
      return await sortedEntries(`${root}/${folder}`);
    } catch (error) {
      if (folder === "" || !isPackageError(error)) throw error;
      if (members.fateOf(`${folder}/*`) !== "unwanted") {
        throw restated(error, error.message, LEAVE_OUT);
      }
      const message = `${error.message}; all in it is left out`;
      options.onWarning?.({ code: "folder-unread", message });
      return [];
    }
  }

  async function* walk(folder: string, above: readonly string[]): AsyncGenerator<TarEntry> {
    for (const entry of await entriesIn(folder)) {
      const name = folder === "" ? entry.name : `${folder}/${entry.name}`;
      if (name === STATE_FOLDER) continue; // the record of an import into this very folder
      if (!entry.isDirectory && members.leavesOut(name)) continue;
      const path = await Deno.realPath(`${root}/${name}`).catch((cause) => {
        const isMissing = errno(cause) === "ENOENT";
        if (isMissing && entry.isSymlink) throw refusal(root, name, "it is a link to nothing");
        if (isMissing && name.includes("\ufffd")) {
          throw refusal(root, name, "it is not valid UTF-8");
        }
        throw unreadable(name, cause);
      });
      if (entry.isSymlink && path !== realRoot && !path.startsWith(realRoot + "/")) {
        throw refusal(root, name, `it is a link that leads out, to ${quoted(path)}`);
      }
      const info = await readable(name, Deno.stat(path));
      if (info.isDirectory && isTarget(info)) {
        const message = `${quoted(`${name}/`)} of ${quoted(root)} was left out: it is the target`;
        options.onWarning?.({ code: "target-inside", message });
      } else if (info.isDirectory) {
        if (above.includes(path)) throw refusal(root, name, "it is a link to a folder above it");
        yield* walk(name, [...above, path]);
      } else if (info.isFile) {
        yield entryOf(name, path, info, options);
      } else {
        throw refusal(root, name, "it is a device, a pipe or a socket");
      }
    }
  }
}

type FolderTest = (folder: Deno.FileInfo) => boolean;

/** Tells the folders of targets: by device and number, for mounts show one at several paths. */
async function targetTest(targets: readonly string[]): Promise<FolderTest> {
  const infos = await Promise.all(targets.map((path) => Deno.stat(path).catch(() => undefined)));
  return ({ dev, ino }) => infos.some((target) => target?.dev === dev && target.ino === ino);
}

async function sortedEntries(folder: string): Promise<Deno.DirEntry[]> {
  const entries = await readable(folder, Array.fromAsync(Deno.readDir(folder)));
  return entries.sort((a, b) => (a.name < b.name ? -1 : 1));
}

function entryOf(
  name: string,
  path: string,
  { size, mode }: Deno.FileInfo,
  { signal, onBytes }: ReadOptions,
): TarEntry {
  const bytesOf = (length: number) => fileSource(path, path, { offset: 0, size: length });

  async function* chunks(): AsyncGenerator<Uint8Array> {
    let left = size;
    for await (const chunk of bytesOf(size + 1).chunks(signal)) { // it may grow, as a download does
      left -= chunk.length;
      if (left < 0) break;
      onBytes?.(chunk.length);
      yield chunk;
    }
    if (left === 0) return;
    const how = left < 0 ? "longer" : "shorter";
    const state = `Cannot read ${quoted(path)}: it became ${how} while it was read`;
    const hint = "Wait until nothing writes to it any more, and run the command again.";
    throw new BinimportError("package-damaged", state, { hint });
  }

  return {
    name,
    type: "file",
    size,
    mode: (mode ?? 0o644) & 0o7777,
    linkName: "",
    chunks,
    bytes: () => collect(chunks(), size),
    head: (length) => collect(bytesOf(Math.min(length, size)).chunks(), Math.min(length, size)),
  };
}

function readable<T>(path: string, read: Promise<T>): Promise<T> {
  return read.catch((cause) => {
    throw unreadable(path, cause);
  });
}

const LEAVE_OUT = "Leave it out with --exclude, or take it out of the folder.";

function refusal(root: string, name: string, state: string): BinimportError {
  return hostile(`Cannot use ${quoted(name)} from the folder ${quoted(root)}: ${state}`, LEAVE_OUT);
}
