/**
 * A package that is an ISO 9660 image, such as a distribution's. Its directories are read first,
 * where they lie; then the whole image from its beginning to its end, so that its digest is known
 * when its last file has gone by.
 */
import { ByteReader } from "../../util/byte_reader.ts";
import { BinimportError } from "../../util/errors.ts";
import { formatCount } from "../../util/units.ts";
import { entryBody } from "../entry_body.ts";
import {
  isoEntries,
  type IsoEntry,
  isPart,
  isSuiteRelease,
  isUbuntu,
  MARKER_FILES,
  type Markers,
  openImage,
  placeOfImage,
} from "../iso9660/mod.ts";
import { quoteName } from "../member_name.ts";
import { memberReader } from "../members.ts";
import { dropLevels, type Strip, type TopFolderReader, unjudgedKey } from "../names/mod.ts";
import type { Package, PackageItem, PackageWarning, ReadOptions } from "../package.ts";
import { type Reading, sourcePackage } from "../single_source.ts";
import { fileSource } from "../sources/mod.ts";

/** A package over an image in a file; `expected` is what a checksum file beside it says. */
export function isoPackage(path: string, size: number, expected?: Package["expected"]): Package {
  const source = fileSource(path, path, { offset: 0, size });
  return sourcePackage(source, expected, { items: (reading) => isoItems(path, reading) });
}

async function* isoItems(path: string, reading: Reading): AsyncGenerator<PackageItem> {
  const { bytes, watch } = reading.begin();
  using image = await openImage(path);
  const entries = [...isoEntries(image, watch)];
  const markers = markersOf(
    entries,
    markerFiles(entries).map(({ name, offset, size }) => image.read(offset, size, name)),
  );
  yield* imageItems(entries, markers, new ByteReader(bytes), reading);
}

/** In bytes: a marker is a page; what is longer is something else. */
const MAX_MARKER = 256 * 1024;

/** The files of an image that tell whose it is, as they lie. */
export function markerFiles(entries: readonly IsoEntry[]): IsoEntry[] {
  return entries
    .filter(({ name, type, size }) =>
      type === "file" && Object.hasOwn(MARKER_FILES, name) && size <= MAX_MARKER
    )
    .sort((a, b) => a.offset - b.offset);
}

/** What they tell; `texts` are the bytes of {@linkcode markerFiles}. */
export function markersOf(
  entries: readonly IsoEntry[],
  texts: readonly Uint8Array[],
): Markers {
  const markers = {
    treeinfo: "",
    productinfo: "",
    diskInfo: "",
    ubuntuLink: entries.some(({ name, type }) => name === "ubuntu" && type === "symlink"),
  };
  for (const [at, { name }] of markerFiles(entries).entries()) {
    const marker = MARKER_FILES[name];
    if (marker !== undefined) markers[marker] = new TextDecoder().decode(texts[at]);
  }
  return markers;
}

/** The items of an image, from its bytes; closes the reader. */
export async function* imageItems(
  all: readonly IsoEntry[],
  markers: Markers,
  reader: ByteReader,
  { options, tally }: Reading,
): AsyncGenerator<PackageItem> {
  const choice = choose(all, markers, options);
  const { names } = choice;
  const members = memberReader(options, tally(), names);
  let at = 0;
  try {
    for (const entry of inOrder(choice.entries, options, names.strip)) {
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

interface Choice {
  readonly entries: readonly IsoEntry[];
  readonly names: TopFolderReader;
}

/** What of an image is imported, and below which folder. */
function choose(
  all: readonly IsoEntry[],
  markers: Markers,
  { stripComponents = "auto", isPlaced = false }: ReadOptions,
): Choice {
  const notes: ((name: string) => PackageWarning)[] = [];
  const place = isPlaced ? undefined : placeOfImage(markers);
  const drop = dropLevels(stripComponents === "auto" ? 0 : stripComponents);
  const keep = (
    entries: readonly IsoEntry[],
    isKept: (entry: IsoEntry) => boolean,
    what: string,
    hint: string,
  ) => {
    const left = entries.filter((entry) => entry.type !== "directory" && !isKept(entry));
    if (left.length > 0) {
      notes.push((name) => ({
        code: "image-parts",
        message: `${formatCount(left.length, "file")} of ${
          JSON.stringify(name)
        } left out, such as ${JSON.stringify(left[0]?.name)}: ${what}`,
        hint,
      }));
    }
    return entries.filter(isKept);
  };
  let entries = all.filter((entry) => !leadsUp(entry));
  if (place !== undefined) {
    entries = keep(
      entries,
      isPart,
      `nodes ask for the repositories below ${place} alone`,
      "Give --into FOLDER to import the whole image.",
    );
  } else if (!isPlaced) notes.push(noPlace);
  if (isUbuntu(markers)) {
    entries = keep(
      entries,
      (entry) => !isSuiteRelease(entry),
      "it names the packages of one architecture, and would hide those of another in this folder",
      "Sources of the nodes need [trusted=yes].",
    );
  }
  const strip: Strip = (name) => {
    const rest = drop(name);
    return rest === undefined || place === undefined ? rest : `${place}/${rest}`;
  };
  const warnings = (name: string) => notes.map((note) => note(name));
  return { entries, names: { strip, addFolder() {}, add() {}, end() {}, warnings } };
}

function noPlace(name: string): PackageWarning {
  return {
    code: "no-place",
    message: `${
      JSON.stringify(name)
    } is of no distribution whose folder is known: its files go to the root`,
    hint: "Give --into FOLDER, as the nodes' sources name it.",
  };
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
function inOrder(
  entries: readonly IsoEntry[],
  options: ReadOptions,
  strip: Strip,
): IsoEntry[] {
  const others: IsoEntry[] = [];
  const files = new Map<string, IsoEntry>();
  const wanted = ({ name }: IsoEntry) => {
    const key = unjudgedKey(name, strip);
    return key !== undefined && (options.wanted?.(key) ?? true);
  };
  for (const entry of entries) {
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
