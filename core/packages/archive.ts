/** A package that is an archive: a tar, compressed or not, or a tar that holds such packages. */
import { hashed } from "../util/digest.ts";
import { BinimportError } from "../util/errors.ts";
import { shellWord } from "../util/hints.ts";
import { restated, unsupported } from "./errors.ts";
import { unpack, type Unpacked } from "./compression/mod.ts";
import { disagreement, type ReleaseChecksums, releaseChecksums } from "./checksums.ts";
import { imageItems, type LearntMarkers } from "./iso9660/mod.ts";
import type { Meter } from "./limits.ts";
import { type MemberReader, memberReader } from "./members.ts";
import { fixedLevels, ReadAgain, type TopFolder, topFolderReader } from "./names/mod.ts";
import type { Package, PackageItem } from "./package.ts";
import { innerArchive, isArtifactSet, isOuterFolder } from "./releases/mod.ts";
import { type Reading, restating, sourcePackage } from "./single_source.ts";
import type { ByteSource } from "./sources/mod.ts";
import { count, newTally } from "./tally.ts";
import { type TarEntry, untar } from "./tar/mod.ts";

/** What one reading has shown of an archive, so that every later one gives the same items. */
interface Learnt extends LearntMarkers {
  /** It is read for the files in it, or for the packages in it. */
  kind?: "plain" | "outer";
  /** By name of the archive; its own is empty. */
  readonly topFolders: Map<string, TopFolder>;
  /** Members that tell kubean of the release. */
  readonly artifactSets: Set<string>;
}

/** A package over the bytes of an archive; `expected` is what a checksum file beside it says. */
export function archivePackage(source: ByteSource, expected?: Package["expected"]): Package {
  const learnt: Learnt = { topFolders: new Map(), artifactSets: new Set() };
  const nextCommands = () =>
    learnt.kind === "outer"
      ? [...learnt.artifactSets].map((member) => applyMember(source.name, member))
      : [];
  const items = (reading: Reading) => archiveItems(source, reading, learnt);
  return { ...sourcePackage(source, expected, items), nextCommands };
}

/** The command that takes a member of an archive to the cluster. */
export function applyMember(archive: string, member: string): string {
  return `tar -xOf ${shellWord(archive)} ${shellWord(member)} | kubectl apply -f -`;
}

async function* archiveItems(
  source: ByteSource,
  reading: Reading,
  learnt: Learnt,
): AsyncGenerator<PackageItem> {
  for (;;) {
    try {
      const { bytes, watch } = reading.begin();
      const inside = await unpack(bytes, watch);
      if (inside.kind === "tar") return yield* tarItems(inside, { reading, learnt, watch });
      const open = inside.isPacked ? undefined : source.open;
      return yield* imageItems(inside.chunks, reading, learnt, open);
    } catch (error) {
      if (!(error instanceof ReadAgain)) throw error;
      if (!source.replayable) throw error.refusal;
      yield { kind: "restart" };
    }
  }
}

interface Pass {
  readonly reading: Reading;
  readonly learnt: Learnt;
  readonly watch: Meter;
}

/**
 * The items of an archive; or, once it turns out to hold packages, those of the packages alone. A
 * folder `offline/` at the top announces them, so that gigabytes of images before them are not
 * imported in vain.
 */
async function* tarItems(inside: Unpacked, pass: Pass): AsyncGenerator<PackageItem> {
  const { reading, learnt } = pass;
  const own = readerFor("", pass);
  const checksums = releaseChecksums();
  const digests = new Map<string, () => string | undefined>();
  let kind: "plain" | "announced" | "outer" | undefined = learnt.kind;
  for await (const entry of tarEntries(inside, pass)) {
    const { name, type, size } = entry;
    if (learnt.kind !== "plain" && type === "file" && innerArchive(name) !== undefined) {
      if (kind === "plain") {
        yield { kind: "restart" };
        Object.assign(reading.tally(), newTally());
      }
      kind = learnt.kind = "outer";
      const { chunks, digest } = hashed(entry.chunks());
      digests.set(name, digest);
      yield* innerItems(name, chunks, pass);
      continue;
    }
    if (type === "file" && checksums.isOne(entry)) checksums.add(name, await entry.head(size));
    if (isArtifactSet(name)) learnt.artifactSets.add(name);
    if (type !== "directory" && isOuterFolder(name)) kind ??= "announced";
    if (kind === "announced" || kind === "outer") continue;
    if (type === "file") kind = "plain";
    yield* own.items(entry);
  }
  if (kind === "outer") return await requireSaid(checksums, digests);
  learnt.kind = "plain";
  if (kind === "announced") {
    throw new ReadAgain(unsupported(
      "it has a folder offline/, as a whole offline package has, but none of the packages that belong there",
      "Save it to a file and give that file, which can be read a second time; or name that folder otherwise.",
    ));
  }
  yield* own.copies();
}

/** The items of a package inside a package; its own checksum is checked on the way. */
function innerItems(
  name: string,
  chunks: AsyncIterable<Uint8Array>,
  pass: Pass,
): AsyncGenerator<PackageItem> {
  const itemsOf = innerArchive(name) === "release" ? releaseItems : plainItems;
  return restating(
    itemsOf(name, chunks, pass),
    (error) => restated(error, `${JSON.stringify(name)} in it: ${error.message}`),
  );
}

/** The items of the packages in a release that lies in another one. */
async function* releaseItems(
  name: string,
  chunks: AsyncIterable<Uint8Array>,
  pass: Pass,
): AsyncGenerator<PackageItem> {
  let isEmpty = true;
  for await (const entry of tarEntries(await unpack(chunks, pass.watch), pass)) {
    if (entry.type !== "file" || innerArchive(entry.name) !== "package") continue;
    isEmpty = false;
    yield* plainItems(`${name}/${entry.name}`, entry.chunks(), pass);
  }
  if (isEmpty) {
    throw unsupported("it holds none of a release's packages");
  }
}

async function* plainItems(
  name: string,
  chunks: AsyncIterable<Uint8Array>,
  pass: Pass,
): AsyncGenerator<PackageItem> {
  const reader = readerFor(name, pass);
  const inside = await unpack(chunks, pass.watch);
  for await (const entry of tarEntries(inside, pass)) yield* reader.items(entry);
  yield* reader.copies();
}

function readerFor(archive: string, { reading, learnt: { topFolders } }: Pass): MemberReader {
  const { stripComponents = "auto" } = reading.options;
  const names = stripComponents === "auto"
    ? topFolderReader(topFolders.get(archive), (right) => topFolders.set(archive, right))
    : fixedLevels(stripComponents);
  return memberReader(reading.options, reading.tally(), names);
}

async function* tarEntries(
  { kind, isPacked, chunks }: Unpacked,
  { reading, watch }: Pass,
): AsyncGenerator<TarEntry> {
  if (kind === "iso") {
    throw unsupported("it is an ISO image", "Unpack the archive, and give the image itself.");
  }
  const refuseImages = refuseContainerImages();
  const onAppended = () => count(reading.tally(), "appended-archive", "");
  // Nothing but its end mark tells that an uncompressed tar was not cut short between two members.
  for await (const entry of untar(chunks, { requireEnd: !isPacked, onAppended })) {
    watch.member(entry.name, entry.linkName);
    if (entry.type === "file") refuseImages(entry.name);
    yield entry;
  }
}

/** Below one folder at the most. */
const IMAGE_INDEX = /^(?:\.\/)*(?:[^/]+\/)?(?:manifest\.json|oci-layout)$/;

/** A layer: as `docker save` names it since 25 and the OCI layout, and as it did before. */
const IMAGE_LAYER =
  /^(?:\.\/)*(?:[^/]+\/)?(?:blobs\/sha256\/[0-9a-f]{64}|[0-9a-f]{64}\/layer\.tar|[0-9a-f]{64}\.tar)$/;

/** Watches the names in an archive; throws once they are those of container images. */
function refuseContainerImages(): (name: string) => void {
  let [hasIndex, hasLayer] = [false, false];
  return (name) => {
    hasIndex ||= IMAGE_INDEX.test(name);
    hasLayer ||= IMAGE_LAYER.test(name);
    if (!hasIndex || !hasLayer) return;
    throw unsupported(
      "it is an archive of container images",
      "Container images go into a registry: kubean's import_images.sh, skopeo copy, or docker load. Give the archive of files.",
    );
  };
}

/** Each package inside must be what the checksum files beside it say. */
async function requireSaid(
  checksums: ReleaseChecksums,
  digests: ReadonlyMap<string, () => string | undefined>,
): Promise<void> {
  for (const [name, digest] of digests) {
    const expected = await checksums.expected(name);
    if (expected === undefined || expected.sha256 === digest()) continue;
    throw new BinimportError(
      "package-damaged",
      `${JSON.stringify(name)} in it: ${disagreement(expected, digest())}`,
      { hint: "Copy the package again." },
    );
  }
}
