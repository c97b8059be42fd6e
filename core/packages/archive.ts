/** A package that is an archive: a tar, compressed or not, or a tar that holds such packages. */
import { BinimportError } from "../util/errors.ts";
import { decompress } from "./compression/mod.ts";
import { isInnerPackage, isOuterFolder } from "./layout.ts";
import type { Meter } from "./limits.ts";
import { type MemberReader, memberReader } from "./members.ts";
import type { Package, PackageItem } from "./package.ts";
import { counting, type Reading, restated, restating, sourcePackage } from "./single_source.ts";
import type { ByteSource } from "./sources/mod.ts";
import { type TarEntry, untar } from "./tar/mod.ts";

/** A package over the bytes of an archive; `expected` is what a checksum file beside it says. */
export function archivePackage(source: ByteSource, expected?: Package["expected"]): Package {
  return sourcePackage(source, expected, {
    defaultStrip: 1,
    items: (reading) => archiveItems(source, reading),
  });
}

async function* archiveItems(
  { replayable }: ByteSource,
  { begin, options, tally }: Reading,
): AsyncGenerator<PackageItem> {
  const members = () => memberReader(options, tally);
  const first = begin();
  if (yield* itemsOrInnerPackages(first.bytes, members, first.watch)) return;
  if (!replayable) throw noInnerPackage();
  const second = begin();
  yield* plainItems(second.bytes, members(), second.watch);
}

/**
 * The items of an archive; or, once it turns out to hold packages, those of the packages alone. A
 * folder `offline/` at the top announces them, so that gigabytes of images before them are not
 * imported in vain; false when it kept none of that promise.
 */
async function* itemsOrInnerPackages(
  bytes: AsyncIterable<Uint8Array>,
  newReader: () => MemberReader,
  watch: Meter,
): AsyncGenerator<PackageItem, boolean> {
  const own = newReader();
  let kind: "plain" | "announced" | "outer" | undefined;
  for await (const entry of tarEntries(bytes, watch)) {
    if (entry.type === "file" && isInnerPackage(entry.name)) {
      if (kind === "plain") yield { kind: "restart" };
      kind = "outer";
      yield* innerItems(entry, newReader(), watch);
    } else {
      if (entry.type !== "directory" && isOuterFolder(entry.name)) kind ??= "announced";
      if (kind === "announced" || kind === "outer") continue;
      if (entry.type === "file") kind = "plain";
      yield* own.items(entry);
    }
  }
  if (kind !== "outer" && kind !== "announced") yield* own.copies();
  return kind !== "announced";
}

/** The items of a package inside a package; its own checksum is checked on the way. */
function innerItems(
  entry: TarEntry,
  reader: MemberReader,
  watch: Meter,
): AsyncGenerator<PackageItem> {
  return restating(
    plainItems(entry.chunks(), reader, watch),
    (error) => restated(error, `${JSON.stringify(entry.name)} in it: ${error.message}`),
  );
}

async function* plainItems(
  bytes: AsyncIterable<Uint8Array>,
  reader: MemberReader,
  watch: Meter,
): AsyncGenerator<PackageItem> {
  for await (const entry of tarEntries(bytes, watch)) yield* reader.items(entry);
  yield* reader.copies();
}

async function* tarEntries(
  bytes: AsyncIterable<Uint8Array>,
  watch: Meter,
): AsyncGenerator<TarEntry> {
  const { compression, chunks } = await decompress(bytes);
  const isPacked = compression !== "none";
  const unpacked = isPacked ? counting(chunks, watch.unpacked) : chunks;
  // Nothing but its end mark tells that an uncompressed tar was not cut short between two members.
  for await (const entry of untar(unpacked, { requireEnd: !isPacked })) {
    watch.member(entry.name, entry.linkName);
    yield entry;
  }
}

function noInnerPackage(): BinimportError {
  return new BinimportError(
    "package-unsupported",
    "it has a folder offline/, as a whole offline package has, but none of the packages that belong there",
    {
      hint:
        "Save it to a file and give that file, which can be read a second time; or name that folder otherwise.",
    },
  );
}
