/**
 * A package that is an ISO 9660 image. Its directories are read first; then all of it in order, for
 * its digest. Of a stream, as much of the beginning is kept in memory as holds them.
 */
import { ByteReader } from "../../util/byte_reader.ts";
import { unsupported } from "../errors.ts";
import { ReadAgain } from "../names/mod.ts";
import type { PackageItem, PackageLimits } from "../package.ts";
import { meter } from "../tally.ts";
import type { Reading } from "../archive_items.ts";
import type { ByteSource } from "../file_source.ts";
import { MARKER_FILES, type Markers } from "./distributions.ts";
import { entryItems } from "./items.ts";
import { isoEntries, type IsoEntry } from "./tree.ts";

/** The first look, in bytes: the directories of a distribution's image are 1 to 4 MiB. */
const FIRST_HEAD = 8 * 1024 * 1024;

/** More than this is not kept: it is a DVD's worth of names a hundred times over. */
const MAX_HEAD = 64 * 1024 * 1024;

/** In bytes: a marker is a page; what is longer is something else. */
const MAX_MARKER = 256 * 1024;

/** The items of the image in `chunks`; `open` where it can be read at any place, too. */
export async function* imageItems(
  chunks: AsyncIterable<Uint8Array>,
  reading: Reading,
  open: ByteSource["open"],
): AsyncGenerator<PackageItem> {
  const reader = new ByteReader(chunks);
  const { options: { limits }, learnt } = reading;
  try {
    if (open === undefined) {
      const entries = await entriesInHead(reader, limits);
      const markers = learnt.markers ?? await streamedMarkers(reader, entries, reading);
      return yield* entryItems(entries, markers, reader, reading);
    }
    using file = await open();
    const entries = [...isoEntries(file, meter(limits))];
    const markers = await markersOf(entries, ({ offset, size }) => file.read(offset, size));
    yield* entryItems(entries, markers, reader, reading);
  } finally {
    await reader.close();
  }
}

/** The entries of an image, of whose beginning as much is kept in memory as that takes. */
async function entriesInHead(reader: ByteReader, limits: PackageLimits | undefined) {
  for (let length = FIRST_HEAD; length <= MAX_HEAD; length *= 2) {
    const head = await reader.peek(length);
    const size = head.length < length ? head.length : Infinity;
    let isBeyond = false;
    const read = (offset: number, count: number) => {
      isBeyond = offset + count > head.length;
      return head.slice(offset, offset + count);
    };
    try {
      return [...isoEntries({ size, read }, meter(limits))];
    } catch (error) {
      if (!isBeyond || size < Infinity) throw error;
    }
  }
  throw unsupported(
    "it is an ISO image whose directories are not at its beginning, and it can only be read in order",
    "Unpack it to a file, and give that.",
  );
}

/** What the image tells of where it belongs; `read` gives the bytes of an entry. */
async function markersOf(
  entries: readonly IsoEntry[],
  read: (file: IsoEntry) => Uint8Array | Promise<Uint8Array>,
): Promise<Markers> {
  const markers = new Map<string, string>();
  for (const file of markerFiles(entries)) {
    markers.set(file.name, new TextDecoder().decode(await read(file)));
  }
  const hasLink = entries.some(({ name, type }) => name === "ubuntu" && type === "symlink");
  return hasLink ? markers.set("ubuntu", "") : markers;
}

function markerFiles(entries: readonly IsoEntry[]): IsoEntry[] {
  return entries.filter(({ type, size }) => type === "file" && size <= MAX_MARKER)
    .filter(({ name }) => MARKER_FILES.includes(name))
    .sort((a, b) => a.offset - b.offset);
}

/** Where they lie behind the head, reading them uses the stream up. */
async function streamedMarkers(
  reader: ByteReader,
  entries: readonly IsoEntry[],
  { learnt, into }: Reading,
): Promise<Markers> {
  const end = Math.max(0, ...markerFiles(entries).map(({ offset, size }) => offset + size));
  if (end <= MAX_HEAD) {
    const head = await reader.peek(end);
    return await markersOf(entries, ({ offset, size }) => head.subarray(offset, offset + size));
  }
  if (into !== undefined) return await markersOf(entries, () => new Uint8Array(0));
  let at = 0;
  learnt.markers = await markersOf(entries, async ({ offset, size }) => {
    await reader.skip(offset - at);
    at = offset + size;
    return await reader.gather(size);
  });
  throw new ReadAgain(unsupported(
    "it is an ISO image that names its distribution too late for one pass, and it cannot be read twice",
    "Save it to a file and give that file; or give --into FOLDER.",
  ));
}
