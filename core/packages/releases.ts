/** Where packages lie: in an unpacked release, in a tar of one, or beside each other. */
import { BinimportError } from "../util/errors.ts";
import { decodeText, expectedInside, isChecksumFile } from "./checksums.ts";
import { ARCHITECTURES, baseOf, folderOf, isHostName } from "./names/mod.ts";
import type { Package } from "./package.ts";
import type { ByteSource, FileRange, RandomAccess } from "./file_source.ts";
import { BLOCK, isHeader, untar } from "./tar/mod.ts";

/** Places of the two packages, relative to the folder of a release; the first one counts. */
const USUAL_PLACES: readonly (readonly string[])[] = [
  [
    "offline/kubespray-binary/offline-files.tar.gz", // DCE 5.0
    "kubespray-binary/offline-files.tar.gz", // its folder offline/
    "files/offline-files.tar.gz", // kubean
    "offline-files.tar.gz",
  ],
  [
    "offline/component-tools.tar.gz", // DCE 5.0
    "component-tools.tar.gz",
  ],
];

/** What tells kubean which versions a release brings, by `kubectl apply`. */
const ARTIFACT_SET = "localartifactset.cr.yaml";

const RELEASE = new RegExp(`^(?:files-(?:${ARCHITECTURES})|os-pkgs)-.+\\.tar\\.gz$`);

/** By name: an archive of files; or of packages, as kubean's `files-amd64-v0.37.0.tar.gz`. */
function releaseArchive(name: string): "package" | "release" | undefined {
  if (/^(?:offline-files|component-tools|os-pkgs-[a-z0-9_]*)\.tar\.gz$/.test(name)) {
    return "package";
  }
  return RELEASE.test(name) ? "release" : undefined;
}

/** What a file in a tar means to a release; nothing, if it is one that nodes will ask for. */
export function roleOf(
  { name, size }: Readonly<{ name: string; size: number }>,
): "package" | "release" | "artifact set" | "checksums" | undefined {
  if (baseOf(name) === ARTIFACT_SET) return "artifact set";
  const archive = releaseArchive(baseOf(name));
  if (archive === undefined) return isChecksumFile({ name, size }) ? "checksums" : undefined;
  // Below a host, or `resources/` of system packages, it is a file.
  const folders = folderOf(name.replace(/^(?:\.\/)+/, "")).split("/");
  const isFile = /^(?:offline-files|resources)$/.test(folders[0] ?? "") || folders.some(isHostName);
  return isFile ? undefined : archive;
}

/** Whether a file of a package is a package itself, which nobody would ask for as a file. */
export function isPackageAsFile(key: string): boolean {
  const isImages = baseOf(key) === "offline-images.tar.gz";
  return (isImages || releaseArchive(baseOf(key)) !== undefined) &&
    !folderOf(key).split("/").some(isHostName);
}

/** What a release holds that matters here. */
export interface Release<Found> {
  readonly packages: readonly Found[];
  /** Paths of files that tell kubean of it. */
  readonly artifactSets: readonly string[];
}

/** As deep as `data/airgap_patch/ARCH/files` lies, and one more. */
const MAX_DEPTH = 4;

/** What lies in a folder, at any depth; of a mirrored tree only packages at their usual places. */
export async function releaseIn(
  folder: string,
  depth: number = MAX_DEPTH,
): Promise<Release<string>> {
  const base = folder === "." ? "" : `${folder.replace(/\/+$/, "")}/`;
  const entries = await entriesIn(folder);
  const packages: string[] = [];
  for (const places of USUAL_PLACES) {
    const found = await filesOf(places.map((place) => base + place));
    packages.push(...found.slice(0, 1));
  }
  const artifactSets = entries.filter(({ name }) => name === ARTIFACT_SET)
    .map(({ name }) => base + name);
  if (entries.some(({ name, isDirectory }) => isDirectory && isHostName(name))) {
    return packages.length === 0 ? { packages, artifactSets: [] } : { packages, artifactSets };
  }
  // By name: one for each architecture and distribution.
  for (const beside of [base, `${base}os-pkgs/`]) {
    const names = (await entriesIn(beside)).map(({ name }) => name)
      .filter((name) => releaseArchive(name) !== undefined && !USUAL_PLACES.flat().includes(name));
    packages.push(...await filesOf(names.map((name) => beside + name)));
  }
  if (packages.length > 0 || depth === 0) return { packages, artifactSets };
  for (const { name, isDirectory } of entries) {
    if (!isDirectory) continue;
    const below = await releaseIn(base + name, depth - 1);
    packages.push(...below.packages);
    artifactSets.push(...below.artifactSets);
  }
  return { packages, artifactSets };
}

async function entriesIn(folder: string): Promise<Deno.DirEntry[]> {
  const entries = await Array.fromAsync(Deno.readDir(folder || ".")).catch(() => []);
  return entries.sort((a, b) => a.name < b.name ? -1 : 1);
}

async function filesOf(paths: readonly string[]): Promise<string[]> {
  const infos = await Promise.all(paths.map((path) => Deno.stat(path).catch(() => undefined)));
  return paths.filter((_, at) => infos[at]?.isFile === true);
}

/** Stands in for bodies, which are not read. */
const ZEROS = new Uint8Array(1024 * 1024);

/** A package that lies in a file, and what a checksum file in there says of it. */
interface InnerPackage {
  readonly name: string;
  readonly range: FileRange;
  readonly expected: Package["expected"];
}

/**
 * Where in a file the packages of a release lie, a tar of many gigabytes: only headers are read.
 * None when it is anything else or broken; reading it will say why.
 */
export async function releaseInFile(source: ByteSource): Promise<Release<InnerPackage>> {
  const nothing = { packages: [], artifactSets: [] };
  using file = await source.open?.().catch(() => undefined);
  if (file === undefined || !isHeader(file.read(0, BLOCK))) return nothing;
  const cursor = { at: 0, pass: 0 };
  const found: { readonly name: string; readonly range: FileRange }[] = [];
  const artifactSets: string[] = [];
  const checksums = new Map<string, string>();
  try {
    for await (const { name, type, size } of untar(headersOnly(file, cursor))) {
      // The reader takes block by block, so by now it stands where the body begins.
      if (type !== "file") continue;
      const role = roleOf({ name, size });
      if (role === "artifact set") artifactSets.push(name);
      else if (role === "checksums") checksums.set(name, decodeText(file.read(cursor.at, size)));
      else if (role !== undefined) found.push({ name, range: { offset: cursor.at, size } });
      cursor.pass = Math.ceil(size / BLOCK) * BLOCK;
    }
  } catch (error) {
    if (error instanceof BinimportError) return nothing;
    throw error;
  }
  const packages = found.map((one) => ({ ...one, expected: expectedInside(one.name, checksums) }));
  return { packages, artifactSets };
}

async function* headersOnly(file: RandomAccess, cursor: { at: number; pass: number }) {
  for (;;) {
    const chunk = cursor.pass > 0 ? ZEROS.subarray(0, cursor.pass) : file.read(cursor.at, BLOCK);
    if (chunk.length === 0) return;
    cursor.pass = Math.max(0, cursor.pass - chunk.length);
    cursor.at += chunk.length;
    yield chunk;
  }
}
