/** Every file of an ISO image, and where it lies. */
import { damaged } from "../../util/errors.ts";
import { quoteName } from "../bytes.ts";
import { hostile } from "../errors.ts";
import type { Meter } from "../tally.ts";
import type { TarFields } from "../tar/mod.ts";
import {
  chooseVolume,
  type DirectoryRecord,
  directoryRecords,
  type Image,
  ownRecord,
  readAll,
  type Volume,
} from "./image.ts";
import { readRockRidge, type RockRidge } from "./rock_ridge.ts";

/** A file, folder, link or device in an image; of a file, also where its bytes are. */
export interface IsoEntry extends TarFields {
  /** Where its bytes begin; they lie in one piece. 0 where there are none. */
  readonly offset: number;
}

/** By the file type of `st_mode`. */
const TYPES: Readonly<Record<number, TarFields["type"]>> = {
  0o10: "file",
  0o04: "directory",
  0o12: "symlink",
};

/** A directory of more bytes than this is an attack: it has some hundred thousand entries. */
const MAX_DIRECTORY = 128 * 1024 * 1024;

/**
 * The entries of an image, folders before what they hold; `watch` is shown each. Throws codes
 * `package-…` for what cannot be read, leads in a circle or lies outside the image.
 */
export function* isoEntries(image: Image, watch: Meter): Generator<IsoEntry> {
  const volume = chooseVolume(image);
  const { blockSize, rockRidge } = volume;
  const visited = new Set<number>();

  function extraOf({ extension }: DirectoryRecord): RockRidge {
    if (rockRidge === undefined) return {};
    return readRockRidge(extension, rockRidge, (block, offset, length) => {
      if (length > MAX_DIRECTORY) throw damaged("a directory record in it is too long");
      return readAll(image, block * blockSize + offset, length, "the rest of a directory record");
    });
  }

  function* walk(offset: number, size: number, folder: string): Generator<IsoEntry> {
    const what = `the folder ${quoteName(folder)}`;
    if (visited.has(offset)) throw damaged(`${what} in it leads in a circle`);
    visited.add(offset);
    if (size > MAX_DIRECTORY) throw damaged(`${what} has ${size} bytes`);
    for (const record of directoryRecords(readAll(image, offset, size, what), blockSize)) {
      const extra = extraOf(record);
      if (extra.isMoved === true) continue; // it is met at its own place
      const entry = entryIn(folder, volume, record, extra);
      watch.member(entry.name, entry.linkName);
      if (entry.offset + entry.size > image.size) {
        throw damaged(
          `it ends after ${image.size} bytes, before the end of ${quoteName(entry.name)}`,
        );
      }
      yield entry;
      if (entry.type !== "directory") continue;
      const place = extra.movedTo === undefined
        ? record
        : ownRecord(image, extra.movedTo * blockSize, blockSize, "a moved folder");
      yield* walk(place.offset, place.size, `${entry.name}/`);
    }
  }

  yield* walk(volume.root.offset, volume.root.size, "");
}

function entryIn(
  folder: string,
  volume: Volume,
  record: DirectoryRecord,
  { name, mode, linkName, movedTo }: RockRidge,
): IsoEntry {
  const { text, fault: misnamed } = name ?? volume.nameOf(record.identifier);
  if (text === "") throw damaged("an entry in it has no name");
  const isNoName = text.includes("/") || text === "..";
  const type = record.isDirectory || movedTo !== undefined
    ? "directory"
    : linkName !== undefined
    ? "symlink"
    : mode === undefined
    ? "file"
    : TYPES[mode >> 12] ?? "device";
  const link = type === "symlink" ? linkName : undefined;
  const fault = isNoName
    ? hostile(`the name ${quoteName(text)} in it is not a file name`)
    : misnamed ?? link?.fault;
  const size = type === "file" ? record.size : 0;
  return {
    name: `${folder}${text}`,
    type,
    size,
    mode: (mode ?? (type === "directory" ? 0o755 : 0o644)) & 0o7777,
    linkName: link?.text ?? "",
    ...(fault === undefined ? {} : { fault }),
    offset: size === 0 ? 0 : record.offset,
  };
}
