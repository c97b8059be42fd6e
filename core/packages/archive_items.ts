/** What comes of reading an archive: the items of a tar, or of the packages that a tar holds. */
import { hashed } from "../util/digest.ts";
import { BinimportError } from "../util/errors.ts";
import { decodeText, disagreement, expectedInside } from "./checksums.ts";
import { unpack, type Unpacked } from "./compression/mod.ts";
import { isPackageError, restated as renamed, unsupported } from "./errors.ts";
import { type MemberReader, memberReader } from "./members.ts";
import { dropLevels, ReadAgain, type TopFolder, topFolderReader } from "./names/mod.ts";
import type { PackageItem, ReadOptions } from "./package.ts";
import { roleOf } from "./releases.ts";
import { count, type Meter, Tally } from "./tally.ts";
import { type TarEntry, untar } from "./tar/mod.ts";

/** One reading of an archive, from its start. */
export interface Reading {
  readonly options: ReadOptions;
  /** To be shown what it unpacks to. */
  readonly watch: Meter;
  readonly tally: Tally;
  readonly learnt: Learnt;
  /** Below which folder all keys go. */
  readonly into: string | undefined;
}

/** What one reading has shown of an archive, so that every later one gives the same items. */
export interface Learnt {
  /** It is read for the files in it, or for the packages in it. */
  kind?: "plain" | "outer";
  /** By name of the archive; its own is empty. */
  readonly topFolders: Map<string, TopFolder>;
  readonly artifactSets: Set<string>;
  /** Of an image: the files that tell where it belongs. */
  markers?: ReadonlyMap<string, string>;
}

/** A name in a top folder `offline/`, and not below a host in it, as in a mirror. */
const OUTER_FOLDER = /^(?:\.\/)*offline\/(?![^/]+\.[^/]+\/)/;

/**
 * The items of an archive; or of the packages alone that it turns out to hold. A folder `offline/`
 * at the top announces them, so that gigabytes of images before them are not imported in vain.
 */
export async function* tarItems(inside: Unpacked, reading: Reading): AsyncGenerator<PackageItem> {
  const { tally, learnt } = reading;
  const own = readerFor("", reading);
  const checksums = new Map<string, string>();
  const digests = new Map<string, () => string | undefined>();
  let kind: "plain" | "announced" | "outer" | undefined = learnt.kind;
  for await (const entry of tarEntries(inside, reading)) {
    const { name, type, size } = entry;
    const role = type === "file" ? roleOf(entry) : undefined;
    if ((role === "package" || role === "release") && learnt.kind !== "plain") {
      if (kind === "plain") {
        yield { kind: "restart" };
        Object.assign(tally, new Tally());
      }
      kind = learnt.kind = "outer";
      const { chunks, digest } = hashed(entry.chunks());
      digests.set(name, digest);
      yield* restating(
        innerItems(name, chunks, role, reading),
        (error) => renamed(error, `${JSON.stringify(name)} in it: ${error.message}`),
      );
      continue;
    }
    if (role === "checksums") checksums.set(name, decodeText(await entry.head(size)));
    if (role === "artifact set") learnt.artifactSets.add(name);
    if (type !== "directory" && OUTER_FOLDER.test(name)) kind ??= "announced";
    if (kind === "announced" || kind === "outer") continue;
    if (type === "file") kind = "plain";
    const item = await own.item(entry);
    if (item !== undefined) yield item;
  }
  if (kind !== "outer") learnt.kind = "plain";
  if (kind === "announced") {
    throw new ReadAgain(unsupported(
      "it has a folder offline/, as a whole offline package has, but none of the packages that belong there",
      "Save it to a file and give that file, which can be read twice; or rename that folder.",
    ));
  }
  if (kind !== "outer") yield* own.copies();
  for (const [name, digest] of digests) {
    const expected = expectedInside(name, checksums);
    if (expected === undefined || expected.sha256 === digest()) continue;
    const message = `${JSON.stringify(name)} in it: ${disagreement(expected, digest())}`;
    throw new BinimportError("package-damaged", message, { hint: "Copy the package again." });
  }
}

/** The items of a package inside a package, or of the packages in a release inside another one. */
async function* innerItems(
  name: string,
  chunks: AsyncIterable<Uint8Array>,
  kind: "package" | "release",
  reading: Reading,
): AsyncGenerator<PackageItem> {
  const reader = readerFor(name, reading);
  let isEmpty = true;
  for await (const entry of tarEntries(await unpack(chunks, reading.watch), reading)) {
    if (kind === "package") {
      const item = await reader.item(entry);
      if (item !== undefined) yield item;
    } else if (entry.type === "file" && roleOf(entry) === "package") {
      isEmpty = false;
      yield* innerItems(`${name}/${entry.name}`, entry.chunks(), "package", reading);
    }
  }
  if (kind === "package") yield* reader.copies();
  else if (isEmpty) throw unsupported("it holds none of a release's packages");
}

function readerFor(archive: string, { options, tally, learnt, into }: Reading): MemberReader {
  const { stripComponents = "auto" } = options;
  const names = stripComponents === "auto"
    ? topFolderReader(archive, learnt.topFolders)
    : { strip: dropLevels(stripComponents) };
  return memberReader(options, tally, names, into);
}

/** Below one folder at the most. */
const IMAGE_INDEX = /^(?:\.\/)*(?:[^/]+\/)?(?:manifest\.json|oci-layout)$/;

/** A layer: as `docker save` names it since 25 and the OCI layout, and as it did before. */
const IMAGE_LAYER =
  /^(?:\.\/)*(?:[^/]+\/)?(?:blobs\/sha256\/[0-9a-f]{64}|[0-9a-f]{64}\/layer\.tar|[0-9a-f]{64}\.tar)$/;

async function* tarEntries(
  { kind, isPacked, chunks }: Unpacked,
  { tally, watch }: Reading,
): AsyncGenerator<TarEntry> {
  if (kind === "iso") {
    throw unsupported("it is an ISO image", "Unpack the archive, and give the image itself.");
  }
  let [hasIndex, hasLayer] = [false, false];
  const onAppended = () => count(tally, "appended-archive", "");
  // Nothing but its end mark tells that an uncompressed tar was not cut short between two members.
  for await (const entry of untar(chunks, { requireEnd: !isPacked, onAppended })) {
    const { name, linkName, type } = entry;
    watch.member(name, linkName);
    hasIndex ||= type === "file" && IMAGE_INDEX.test(name);
    hasLayer ||= type === "file" && IMAGE_LAYER.test(name);
    if (hasIndex && hasLayer) {
      throw unsupported(
        "it is an archive of container images",
        "Container images go into a registry: kubean's import_images.sh, skopeo copy, or docker load. Give the archive of files.",
      );
    }
    yield entry;
  }
}

/** The items, with errors of the package restated, those met within a file's bytes too. */
export async function* restating(
  items: AsyncIterable<PackageItem>,
  restate: (error: BinimportError) => BinimportError,
): AsyncGenerator<PackageItem> {
  function refuse(error: unknown): never {
    throw isPackageError(error) ? restate(error) : error;
  }
  async function* restated<T>(chunks: AsyncIterable<T>): AsyncGenerator<T> {
    try {
      yield* chunks;
    } catch (error) {
      refuse(error);
    }
  }
  for await (const item of restated(items)) {
    yield item.kind !== "file" ? item : {
      ...item,
      chunks: () => restated(item.chunks()),
      bytes() {
        const bytes = item.bytes(); // at once for most: no promise for each of many small files
        return bytes instanceof Uint8Array ? bytes : bytes.catch(refuse);
      },
    };
  }
}
