/** From the entries of an image to items of a package: which of them, and below which folder. */
import type { ByteReader } from "../../util/byte_reader.ts";
import { formatCount } from "../../util/units.ts";
import { hostile } from "../errors.ts";
import { entryBody } from "../entry_body.ts";
import { quoteName } from "../member_name.ts";
import { memberReader } from "../members.ts";
import { dropLevels, fixedLevels, type TopFolderReader, unjudgedKey } from "../names/mod.ts";
import type { PackageItem, PackageWarning, ReadOptions } from "../package.ts";
import type { Reading } from "../single_source.ts";
import { isPart, isSuiteRelease, isUbuntu, type Markers, placeOfImage } from "./distributions.ts";
import type { IsoEntry } from "./tree.ts";

/** The items of an image, from its bytes. */
export async function* entryItems(
  all: readonly IsoEntry[],
  markers: Markers,
  reader: ByteReader,
  { options, tally }: Reading,
): AsyncGenerator<PackageItem> {
  const { entries, names } = choose(all, markers, options);
  const members = memberReader(options, tally(), names);
  let at = 0;
  for (const entry of inOrder(entries, (entry) => isWanted(entry, names, options))) {
    if (entry.type !== "file") {
      yield* members.items({ ...entry, ...NO_BODY });
      continue;
    }
    if (entry.offset < at) {
      throw hostile(`the bytes of ${quoteName(entry.name)} in it are part of another file too`);
    }
    await entryBody(reader, entry.offset - at, entry.name).end(0);
    const { end, ...body } = entryBody(reader, entry.size, entry.name);
    yield* members.items({ ...entry, ...body });
    await end(0);
    at = entry.offset + entry.size;
  }
  yield* members.copies();
  await reader.skip(Infinity);
}

const NO_BODY = {
  chunks: async function* () {},
  bytes: () => new Uint8Array(0),
  head: () => Promise.resolve(new Uint8Array(0)),
};

interface Rule {
  readonly isKept: (entry: IsoEntry) => boolean;
  readonly why: string;
  readonly hint: string;
}

const WITHOUT_SUITE: Rule = {
  isKept: (entry) => !isSuiteRelease(entry),
  why: "it names the packages of one architecture, and would hide those of another in this folder",
  hint: "Sources of the nodes need [trusted=yes].",
};

function choose(
  all: readonly IsoEntry[],
  markers: Markers,
  { stripComponents = "auto", isPlaced = false }: ReadOptions,
): { readonly entries: readonly IsoEntry[]; readonly names: TopFolderReader } {
  const place = isPlaced ? undefined : placeOfImage(markers);
  const rules: Rule[] = isUbuntu(markers) ? [WITHOUT_SUITE] : [];
  if (place !== undefined) {
    const why = `nodes ask for the repositories below ${place} alone`;
    rules.unshift({ isKept: isPart, why, hint: "Give --into FOLDER to import the whole image." });
  }
  const notes: ((name: string) => PackageWarning)[] = [];
  if (place === undefined && !isPlaced) notes.push(noPlace);
  let entries = all.filter((entry) => !leadsUp(entry));
  for (const rule of rules) {
    const left = entries.filter((entry) => entry.type !== "directory" && !rule.isKept(entry));
    if (left.length > 0) notes.push((name) => leftOut(name, left, rule));
    entries = entries.filter(rule.isKept);
  }
  const drop = dropLevels(stripComponents === "auto" ? 0 : stripComponents);
  const strip = (name: string) => {
    const rest = drop(name);
    return rest === undefined || place === undefined ? rest : `${place}/${rest}`;
  };
  const warnings = (name: string) => notes.map((note) => note(name));
  return { entries, names: { ...fixedLevels(0), strip, warnings } };
}

function leftOut(
  packageName: string,
  left: readonly IsoEntry[],
  { why, hint }: Rule,
): PackageWarning {
  const [name, example] = [JSON.stringify(packageName), JSON.stringify(left[0]?.name)];
  const files = formatCount(left.length, "file");
  const message = `${files} of ${name} left out, such as ${example}: ${why}`;
  return { code: "image-parts", message, hint };
}

function noPlace(packageName: string): PackageWarning {
  const name = JSON.stringify(packageName);
  return {
    code: "no-place",
    message: `${name} is of no distribution whose folder is known: its files go to the root`,
    hint: "Give --into FOLDER, as the nodes' sources name it.",
  };
}

function isWanted({ name }: IsoEntry, { strip }: TopFolderReader, { wanted }: ReadOptions) {
  const key = unjudgedKey(name, strip);
  return key !== undefined && (wanted?.(key) ?? true);
}

/**
 * The entries in the order in which their bytes lie. Files with the same bytes, as hard links and
 * images without duplicates have, become links to the one that is wanted, if any is.
 */
function inOrder(
  entries: readonly IsoEntry[],
  isWanted: (entry: IsoEntry) => boolean,
): IsoEntry[] {
  const others: IsoEntry[] = [];
  const files = new Map<string, IsoEntry>();
  for (const entry of entries) {
    if (entry.type !== "file") others.push(entry);
    else if (entry.size === 0) files.set(`empty ${entry.name}`, { ...entry, offset: 0 });
    else {
      const place = `${entry.offset} ${entry.size}`;
      const first = files.get(place);
      const replaces = first === undefined || !isWanted(first) && isWanted(entry);
      if (replaces) files.set(place, entry);
      if (first !== undefined) others.push(replaces ? linkTo(entry, first) : linkTo(first, entry));
    }
  }
  const sorted = [...files.values()].sort((a, b) => a.offset - b.offset || a.size - b.size);
  return [...sorted, ...others];
}

function linkTo(file: IsoEntry, link: IsoEntry): IsoEntry {
  return { ...link, type: "hardlink", size: 0, linkName: file.name };
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
