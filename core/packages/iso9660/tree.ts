/** Every file of an ISO image, and where it lies. */
import { type BinimportError, damaged } from "../../util/errors.ts";
import { hostile, unsupported } from "../errors.ts";
import type { Meter } from "../limits.ts";
import { quoteName } from "../member_name.ts";
import type { TarFields } from "../tar/mod.ts";
import {
  chooseVolume,
  type DirectoryRecord,
  directoryRecords,
  type Image,
  MAX_DIRECTORY,
  type Volume,
} from "./image.ts";
import { readRockRidge, type RockRidge } from "./rock_ridge.ts";

/** A file, folder, link or device in an image; of a file, also where its bytes are. */
export interface IsoEntry extends TarFields {
  /** Where its bytes begin; they lie in one piece. */
  readonly offset: number;
}

/** `st_mode`: the file type, and a regular file, a folder and a link. */
const TYPE_BITS = 0o170000;
const TYPES: Readonly<Record<number, TarFields["type"]>> = {
  0o100000: "file",
  0o040000: "directory",
  0o120000: "symlink",
};

/**
 * The entries of an image, folders before what they hold; `watch` is shown each. Throws codes
 * `package-…`, messages saying only the state, for what cannot be read, leads in a circle or lies
 * outside the image.
 */
export function* isoEntries(image: Image, watch: Meter): Generator<IsoEntry> {
  const volume = chooseVolume(image);
  const visited = new Set<number>();

  function* walk(block: number, size: number, folder: string): Generator<IsoEntry> {
    if (visited.has(block)) {
      throw damaged(`the folder ${quoteName(folder)} in it leads in a circle`);
    }
    visited.add(block);
    if (size > MAX_DIRECTORY) throw damaged(`the folder ${quoteName(folder)} has ${size} bytes`);
    const bytes = image.read(block * volume.blockSize, size, `the folder ${quoteName(folder)}`);
    for (const { record, extents } of wholeFiles(directoryRecords(bytes), volume.blockSize)) {
      const extra = rockRidgeOf(image, volume, record);
      if (extra?.isMoved === true) continue; // it is met at its own place
      const { text, fault } = nameOf(volume, record, extra);
      const name = `${folder}${text}`;
      const entry = entryOf({ text: name, fault }, record, extra, extents);
      watch.member(name, entry.linkName);
      if (entry.size > 0 && entry.offset + entry.size > image.size) { // an empty one lies nowhere
        throw damaged(`it ends after ${image.size} bytes, before the end of ${quoteName(name)}`);
      }
      yield entry;
      if (entry.type !== "directory") continue;
      const at = extra?.movedTo ?? record.block;
      yield* walk(
        at,
        extra?.movedTo === undefined ? record.size : selfSize(image, volume, at),
        `${name}/`,
      );
    }
  }

  yield* walk(volume.root.block, volume.root.size, "");
}

interface Extents {
  readonly offset: number;
  readonly size: number;
}

/** Records but for a directory's own, those of one file taken together. */
function* wholeFiles(
  records: Iterable<DirectoryRecord>,
  blockSize: number,
): Generator<{ readonly record: DirectoryRecord; readonly extents: Extents }> {
  let before: Extents | undefined;
  for (const record of records) {
    const { block, size, identifier, goesOn } = record;
    if (identifier.length === 1 && (identifier[0] ?? 2) < 2) continue; // itself, and the one above
    const offset = block * blockSize;
    if (before !== undefined && before.offset + before.size !== offset) {
      throw unsupported("a file in it lies in several pieces");
    }
    const extents: Extents = before === undefined
      ? { offset, size }
      : { offset: before.offset, size: before.size + size };
    before = goesOn ? extents : undefined;
    if (!goesOn) yield { record, extents };
  }
  if (before !== undefined) throw damaged("a file in it has no end");
}

function rockRidgeOf(
  image: Image,
  { rockRidge, blockSize }: Volume,
  { extension }: DirectoryRecord,
): RockRidge | undefined {
  if (rockRidge === undefined) return undefined;
  return readRockRidge(extension, rockRidge, (block, offset, length) => {
    if (length > MAX_DIRECTORY) throw damaged("a directory record in it is too long");
    return image.read(block * blockSize + offset, length, "the rest of a directory record");
  });
}

interface FoundName {
  readonly text: string;
  readonly fault: BinimportError | undefined;
}

function nameOf(volume: Volume, record: DirectoryRecord, extra: RockRidge | undefined): FoundName {
  const { text, fault } = extra?.name ?? volume.nameOf(record.identifier);
  if (text === "") throw damaged("an entry in it has no name");
  if (!text.includes("/") && text !== "..") return { text, fault };
  const state = `the name ${quoteName(text)} in it is none of a file`;
  return { text, fault: hostile(state) };
}

function entryOf(
  name: FoundName,
  record: DirectoryRecord,
  extra: RockRidge | undefined,
  { offset, size }: Extents,
): IsoEntry {
  const type = typeOf(record, extra);
  const link = type === "symlink" ? extra?.linkName : undefined;
  const fault = name.fault ?? link?.fault;
  return {
    name: name.text,
    type,
    size: type === "file" ? size : 0,
    mode: (extra?.mode ?? (type === "directory" ? 0o755 : 0o644)) & 0o7777,
    linkName: link?.text ?? "",
    ...(fault === undefined ? {} : { fault }),
    offset,
  };
}

function typeOf({ isDirectory }: DirectoryRecord, extra: RockRidge | undefined): TarFields["type"] {
  if (isDirectory || extra?.movedTo !== undefined) return "directory";
  if (extra?.linkName !== undefined) return "symlink";
  return extra?.mode === undefined ? "file" : TYPES[extra.mode & TYPE_BITS] ?? "device";
}

/** The size of a directory, which its first record, that of itself, tells. */
function selfSize(image: Image, { blockSize }: Volume, block: number): number {
  const [self] = directoryRecords(image.read(block * blockSize, blockSize, "a moved folder"));
  if (self?.isDirectory !== true) throw damaged("a moved folder in it is none");
  return self.size;
}
