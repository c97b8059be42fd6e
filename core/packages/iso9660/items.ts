/** From the entries of an image to items of a package: which of them, and below which folder. */
import { posix } from "node:path";
import type { ByteReader } from "../../util/byte_reader.ts";
import { formatCount } from "../../util/units.ts";
import { quoteName } from "../bytes.ts";
import { hostile, unsupported } from "../errors.ts";
import { memberReader } from "../members.ts";
import { dropLevels } from "../names/mod.ts";
import type { PackageItem } from "../package.ts";
import type { Reading } from "../archive_items.ts";
import { entryBody } from "../tar/mod.ts";
import { isUbuntu, type Markers, PARTS, placeOfImage, SUITE_RELEASE } from "./distributions.ts";
import type { IsoEntry } from "./tree.ts";

/** The items of an image, from its bytes. */
export async function* entryItems(
  all: readonly IsoEntry[],
  markers: Markers,
  reader: ByteReader,
  { options, tally, into }: Reading,
): AsyncGenerator<PackageItem> {
  const { stripComponents = "auto" } = options;
  const place = into === undefined ? placeOfImage(markers) : undefined;
  const strip = dropLevels(stripComponents === "auto" ? 0 : stripComponents);
  const members = memberReader(options, tally, { strip }, into ?? place);
  if (place === undefined && into === undefined) {
    const state = "is of no distribution whose folder is known: its files go to the root";
    tally.notes.push((name) => [{
      code: "no-place",
      message: `${JSON.stringify(name)} ${state}`,
      hint: "Give --into FOLDER, as the nodes' sources name it.",
    }]);
  }
  let entries = all.filter((entry) => !leadsUp(entry));
  for (const { isKept, why, hint } of rulesOf(markers, place)) {
    const left = entries.filter(({ type, name }) => type !== "directory" && !isKept(name));
    entries = entries.filter(({ name }) => isKept(name));
    if (left.length === 0) continue;
    const [files, example] = [formatCount(left.length, "file"), JSON.stringify(left[0]?.name)];
    tally.notes.push((name) => [{
      code: "image-parts",
      message: `${files} of ${JSON.stringify(name)} left out, such as ${example}: ${why}`,
      hint,
    }]);
  }
  if (place !== undefined && entries.every(({ type }) => type === "directory")) {
    throw unsupported(
      `it is an image without the repositories that nodes ask for below ${place}`,
      "Give the full image (DVD), or --into FOLDER to import this one as it is.",
    );
  }
  let at = 0;
  for (const entry of inOrder(entries, ({ name }) => members.fateOf(name) === "wanted")) {
    const { name, size, offset } = entry;
    if (size > 0 && offset < at) {
      throw hostile(`the bytes of ${quoteName(name)} in it are part of another file too`);
    }
    const { end, ...body } = entryBody(reader, size, name);
    if (size > 0) await entryBody(reader, offset - at, name).end(0);
    const item = await members.item({ ...entry, ...body });
    if (item !== undefined) yield item;
    await end(0);
    if (size > 0) at = offset + size;
  }
  yield* members.copies();
  await reader.skip(Infinity);
}

/** Which names of an image are kept, and why the others are not. */
function rulesOf(markers: Markers, place: string | undefined) {
  const ofPlace = {
    isKept: (name: string) => PARTS.test(name),
    why: `nodes ask for the repositories below ${place} alone`,
    hint: "Give --into FOLDER to import the whole image.",
  };
  const ofSuite = {
    isKept: (name: string) => !SUITE_RELEASE.test(name),
    why:
      "it names the packages of one architecture, and would hide those of another in this folder",
    hint: "Sources of the nodes need [trusted=yes].",
  };
  return [...(place === undefined ? [] : [ofPlace]), ...(isUbuntu(markers) ? [ofSuite] : [])];
}

/** In the order of their bytes; of files at one place all but a wanted one become links. */
function inOrder(entries: readonly IsoEntry[], isWanted: (entry: IsoEntry) => boolean) {
  const files: IsoEntry[] = [];
  const links: IsoEntry[] = [];
  const byPlace = Map.groupBy(
    entries,
    ({ type, size, offset, name }) =>
      type === "file" && size > 0 ? `${offset} ${size}` : `/${name}`,
  );
  for (const same of byPlace.values()) {
    const [first] = same;
    const kept = same.length > 1 ? same.find(isWanted) ?? first : first;
    for (const entry of same) {
      if (entry === kept) (entry.type === "file" ? files : links).push(entry);
      else links.push({ ...entry, type: "hardlink", size: 0, linkName: kept?.name ?? "" });
    }
  }
  return [...files.sort((a, b) => a.offset - b.offset || a.size - b.size), ...links];
}

/** A link to a folder that it lies in, such as `ubuntu -> .`: it would hold itself without end. */
function leadsUp({ type, name, linkName }: IsoEntry): boolean {
  if (type !== "symlink" || linkName.startsWith("/")) return false;
  const target = posix.resolve("/", posix.dirname(name), linkName);
  return target === "/" || `/${name}`.startsWith(`${target}/`);
}
