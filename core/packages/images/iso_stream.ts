/**
 * An ISO image that comes as a stream: from a pipe, from an address, or out of compressed data. Its
 * directories usually lie at its beginning; that much of it is kept in memory until they are read.
 */
import { ByteReader } from "../../util/byte_reader.ts";
import { BinimportError, damaged } from "../../util/errors.ts";
import { type Image, isoEntries, type IsoEntry, type Markers } from "../iso9660/mod.ts";
import { meter } from "../limits.ts";
import { ReadAgain } from "../names/mod.ts";
import type { PackageItem } from "../package.ts";
import type { Reading } from "../single_source.ts";
import { imageItems, markerFiles, markersOf } from "./iso.ts";

/** The first look, in bytes: the directories of a distribution's image are 1 to 4 MiB. */
const FIRST_HEAD = 8 * 1024 * 1024;

/** More than this is not kept: it is a DVD's worth of names a hundred times over. */
const MAX_HEAD = 64 * 1024 * 1024;

/** What an earlier reading found out, whose files lay behind others. */
export interface LearntMarkers {
  markers?: Markers;
}

/** The items of the image in `chunks`. */
export async function* streamedImageItems(
  chunks: AsyncIterable<Uint8Array>,
  reading: Reading,
  learnt: LearntMarkers,
): AsyncGenerator<PackageItem> {
  const reader = new ByteReader(chunks);
  try {
    const entries = await readHead(
      reader,
      (image) => [...isoEntries(image, meter(reading.options.limits))],
    );
    const { isPlaced = false } = reading.options;
    const markers = learnt.markers ?? await readMarkers(reader, entries, learnt, isPlaced);
    yield* imageItems(entries, markers, reader, reading);
  } finally {
    await reader.close();
  }
}

/** Bytes that were asked for lie behind those that are in memory. */
class Beyond extends Error {
  constructor(readonly end: number) {
    super("not in memory yet");
  }
}

/** Does work on the beginning of an image, of which as much is kept as that takes. */
async function readHead<T>(reader: ByteReader, work: (image: Image) => T): Promise<T> {
  for (let length = FIRST_HEAD;;) {
    const head = await reader.peek(length);
    const isWhole = head.length < length;
    try {
      return work(imageOver(head, isWhole));
    } catch (error) {
      if (!(error instanceof Beyond)) throw error;
      length = Math.max(error.end, 2 * length);
      if (length > MAX_HEAD) throw scattered();
    }
  }
}

function imageOver(head: Uint8Array, isWhole: boolean): Image {
  return {
    size: isWhole ? head.length : Infinity,
    read(offset, length, what) {
      const end = offset + length;
      if (end <= head.length) return head.slice(offset, end);
      if (isWhole) throw damaged(`it ends before ${what}, after ${head.length} bytes`);
      throw new Beyond(end);
    },
    [Symbol.dispose]() {},
  };
}

/**
 * What the image tells of where it belongs. Where that lies behind the head, the stream is used up by
 * reading it; an image that is placed elsewhere needs none of it.
 */
async function readMarkers(
  reader: ByteReader,
  entries: readonly IsoEntry[],
  learnt: LearntMarkers,
  isPlaced: boolean,
): Promise<Markers> {
  const files = markerFiles(entries);
  const end = Math.max(0, ...files.map(({ offset, size }) => offset + size));
  if (end <= MAX_HEAD) {
    const head = await reader.peek(end);
    return markersOf(
      entries,
      files.map(({ offset, size }) => head.subarray(offset, offset + size)),
    );
  }
  if (isPlaced) return markersOf(entries, []);
  const texts: Uint8Array[] = [];
  let at = 0;
  for (const { offset, size } of files) {
    await reader.skip(offset - at);
    texts.push(await reader.gather(size));
    at = offset + size;
  }
  learnt.markers = markersOf(entries, texts);
  throw new ReadAgain(unplaced);
}

function scattered(): BinimportError {
  return new BinimportError(
    "package-unsupported",
    "it is an ISO image whose directories do not lie at its beginning, and it can be read in order only",
    { hint: "Unpack it to a file, and give that." },
  );
}

function unplaced(): BinimportError {
  return new BinimportError(
    "package-unsupported",
    "it is an ISO image that tells only late of which distribution it is, and it can be read only once",
    { hint: "Save it to a file and give that; or say with --into where its files go." },
  );
}
