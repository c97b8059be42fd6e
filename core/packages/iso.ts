/**
 * A package that is an ISO 9660 image, such as a distribution's. Its directories are read first,
 * where they lie; then the whole image from its beginning to its end, so that its digest is known
 * when its last file has gone by.
 */
import { ByteReader } from "../util/byte_reader.ts";
import { BinimportError } from "../util/errors.ts";
import { entryBody } from "./entry_body.ts";
import { type Strip, unjudgedKey } from "./entry_key.ts";
import { isoEntries, type IsoEntry, openImage, placeOfImage } from "./iso9660/mod.ts";
import type { Meter } from "./limits.ts";
import { quoteName } from "./member_name.ts";
import { memberReader } from "./members.ts";
import type { Package, PackageItem } from "./package.ts";
import { type Reading, sourcePackage } from "./single_source.ts";
import { fileSource } from "./sources/mod.ts";
import { fixedLevels } from "./top_folder.ts";

/** A package over an image in a file; `expected` is what a checksum file beside it says. */
export async function isoPackage(
  path: string,
  size: number,
  expected?: Package["expected"],
): Promise<Package> {
  const source = fileSource(path, path, { offset: 0, size });
  const place = await placeOf(path);
  const one = sourcePackage(source, expected, { items: (reading) => isoItems(path, reading) });
  return place === undefined ? one : { ...one, place };
}

/** Its place; of an image that is damaged none, which reading it will tell. */
async function placeOf(path: string): Promise<string | undefined> {
  using image = await openImage(path);
  try {
    return placeOfImage(image);
  } catch (error) {
    if (error instanceof BinimportError) return undefined;
    throw error;
  }
}

async function* isoItems(path: string, reading: Reading): AsyncGenerator<PackageItem> {
  const { options } = reading;
  const { stripComponents = "auto" } = options;
  const { bytes, watch } = reading.begin();
  const names = fixedLevels(stripComponents === "auto" ? 0 : stripComponents);
  const members = memberReader(options, reading.tally(), names);
  const files = await entriesOf(path, options, names.strip, watch);
  const reader = new ByteReader(bytes);
  let at = 0;
  try {
    for (const entry of files) {
      if (entry.type !== "file") {
        const other = { ...entry, ...NO_BODY };
        if (!await members.isLeftOut(other)) yield* members.items(other);
        continue;
      }
      if (entry.offset < at) throw overlap(entry);
      const gap = entryBody(reader, entry.offset - at, entry.name);
      await gap.end(0);
      const { end, ...body } = entryBody(reader, entry.size, entry.name);
      const file = { ...entry, ...body };
      if (!await members.isLeftOut(file)) yield* members.items(file);
      await end(0);
      at = entry.offset + entry.size;
    }
    yield* members.copies();
    await reader.drain();
  } finally {
    await reader.close();
  }
}

/** What links and folders have. */
const NO_BODY = {
  chunks: async function* () {},
  bytes: () => new Uint8Array(0),
  head: () => Promise.resolve(new Uint8Array(0)),
};

/**
 * The entries in the order in which their bytes lie. Files with the same bytes, as hard links and
 * images without duplicates have, become links to the one that is wanted, if any is.
 */
async function entriesOf(
  path: string,
  options: Reading["options"],
  strip: Strip,
  watch: Meter,
): Promise<IsoEntry[]> {
  using image = await openImage(path);
  const others: IsoEntry[] = [];
  const files = new Map<string, IsoEntry>();
  const wanted = ({ name }: IsoEntry) => {
    const key = unjudgedKey(name, strip);
    return key !== undefined && (options.wanted?.(key) ?? true);
  };
  for (const entry of isoEntries(image, watch)) {
    if (leadsUp(entry)) continue;
    if (entry.type !== "file") others.push(entry);
    else if (entry.size === 0) files.set(`empty ${entry.name}`, { ...entry, offset: 0 });
    else {
      const place = `${entry.offset} ${entry.size}`;
      const first = files.get(place);
      const replaces = first !== undefined && !wanted(first) && wanted(entry);
      if (first === undefined || replaces) files.set(place, entry);
      if (first !== undefined) {
        others.push(linkTo(replaces ? entry : first, replaces ? first : entry));
      }
    }
  }
  const sorted = [...files.values()].sort((a, b) => a.offset - b.offset || a.size - b.size);
  return [...sorted, ...others];
}

/** A link to a folder that it lies in, such as `ubuntu -> .`: it would hold itself without end. */
function leadsUp({ type, name, linkName }: IsoEntry): boolean {
  if (type !== "symlink" || linkName.startsWith("/")) return false;
  const path = name.split("/").slice(0, -1);
  for (const part of linkName.split("/")) {
    if (part === "..") path.pop();
    else if (part !== "" && part !== ".") path.push(part);
  }
  return path.length === 0 || name.startsWith(`${path.join("/")}/`);
}

function linkTo(file: IsoEntry, link: IsoEntry): IsoEntry {
  return { ...link, type: "hardlink", size: 0, linkName: file.name };
}

function overlap({ name }: IsoEntry): BinimportError {
  return new BinimportError(
    "package-hostile",
    `the bytes of ${quoteName(name)} in it are part of another file too`,
  );
}
