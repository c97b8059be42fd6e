/** A package that is an archive: a tar, compressed or not, or a tar that holds such packages. */
import type { ByteSource } from "./byte_source.ts";
import { decompress } from "./decompress.ts";
import { digestOf, hashing, sha256 } from "./digest.ts";
import { BinimportError } from "./errors.ts";
import { type Meter, meter } from "./limits.ts";
import { isInnerPackage, isOuterFolder } from "./layout.ts";
import { type MemberReader, memberReader, type Tally } from "./members.ts";
import type { Package, PackageFile, PackageItem, PackageReading, ReadOptions } from "./package.ts";
import { type TarEntry, untar } from "./untar.ts";

/** A package over the bytes of an archive; `expected` is what a checksum file beside it says. */
export function archivePackage(source: ByteSource, expected?: Package["expected"]): Package {
  return {
    name: source.name,
    ...(source.size === undefined ? {} : { size: source.size }),
    ...(expected === undefined ? {} : { expected }),
    replayable: source.replayable,
    read: (options = {}) => readArchive(source, options),
    ...(source.replayable ? { digest: (signal) => digestOfSource(source, signal) } : {}),
  };
}

async function digestOfSource(source: ByteSource, signal?: AbortSignal): Promise<string> {
  try {
    return (await digestOf(source.chunks(signal), signal)).sha256;
  } catch (error) {
    throw isPackageError(error) ? withName(source.name, error) : error;
  }
}

function readArchive(source: ByteSource, options: ReadOptions): PackageReading {
  const tally: Tally = { files: 0, strippedAway: 0 };
  let digest: string | undefined;

  async function* items(): AsyncGenerator<PackageItem> {
    let hash = sha256();
    let watch = meter(options.limits);
    const members = () => memberReader(options, tally);
    const bytes = () =>
      counting(hashing(source.chunks(options.signal), hash), (count) => {
        watch.packed(count);
        options.onBytes?.(count);
      });
    const found = yield* itemsOrInnerPackages(bytes(), members, watch);
    if (!found) {
      if (!source.replayable) throw noInnerPackage();
      hash = sha256();
      watch = meter(options.limits);
      yield* plainItems(bytes(), members(), watch);
    }
    if (tally.files === 0) throw nothingLeft(tally, options.stripComponents ?? 1);
    digest = hash.digest("hex");
  }

  return {
    items: restating(items(), (error) => withName(source.name, error)),
    sha256: () => digest,
    strippedAway: () => tally.strippedAway,
  };
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
      kind ??= isOuterFolder(entry.name) ? "announced" : undefined;
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

/**
 * The items, with errors of the package restated: those met between items, and those met within a
 * file's bytes, which whoever has the item reads.
 */
async function* restating(
  items: AsyncIterable<PackageItem>,
  restate: (error: BinimportError) => BinimportError,
): AsyncGenerator<PackageItem> {
  const restateAny = (error: unknown) => isPackageError(error) ? restate(error) : error;
  async function* chunksOf(file: PackageFile): AsyncGenerator<Uint8Array> {
    try {
      yield* file.chunks();
    } catch (error) {
      throw restateAny(error);
    }
  }
  async function bytesOf(file: PackageFile): Promise<Uint8Array> {
    try {
      return await file.bytes();
    } catch (error) {
      throw restateAny(error);
    }
  }
  try {
    for await (const item of items) {
      yield item.kind === "file"
        ? { ...item, chunks: () => chunksOf(item), bytes: () => bytesOf(item) }
        : item;
    }
  } catch (error) {
    throw restateAny(error);
  }
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

async function* counting(
  chunks: AsyncIterable<Uint8Array>,
  onBytes: (count: number) => void,
): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    onBytes(chunk.length);
    yield chunk;
  }
}

function isPackageError(error: unknown): error is BinimportError {
  return error instanceof BinimportError && error.code.startsWith("package-");
}

/** The readers below say only what is wrong; here it is said of which package. */
function withName(name: string, error: BinimportError): BinimportError {
  return restated(error, `Cannot read package ${JSON.stringify(name)}: ${error.message}`);
}

function restated(error: BinimportError, message: string): BinimportError {
  const hint = error.hint === undefined ? {} : { hint: error.hint };
  return new BinimportError(error.code, message, { ...hint, cause: error });
}

function noInnerPackage(): BinimportError {
  return new BinimportError(
    "package-unsupported",
    "it has a folder offline/, but none of the packages that belong there",
    { hint: "Save it to a file and give that file: from a file it can be read a second time." },
  );
}

function nothingLeft(tally: Tally, strip: number): BinimportError {
  if (tally.strippedAway === 0) return new BinimportError("package-damaged", "it holds no files");
  return new BinimportError(
    "package-unsupported",
    `none of its ${tally.strippedAway} files is left after --strip-components ${strip}`,
    { hint: "Its files have no folder above them: try --strip-components 0." },
  );
}
