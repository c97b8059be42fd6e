/** From what the user names to packages that can be read. */
import { addressPackage } from "./address_package.ts";
import { archivePackage } from "./archive_package.ts";
import { fileSource, streamSource } from "./byte_source.ts";
import { findChecksum, requireExpected } from "./checksum_file.ts";
import { BinimportError, messageOf } from "./errors.ts";
import { COMPONENT_TOOLS_PLACES, isOsPackage, OFFLINE_FILES_PLACES } from "./layout.ts";
import { isHttpAddress } from "./http_source.ts";
import { isIso } from "./iso/image.ts";
import { isoPackage } from "./iso_package.ts";
import { innerRanges } from "./outer_file.ts";
import type { Package } from "./package.ts";
import { inPlace } from "./placed_package.ts";
import { treePackage } from "./tree_package.ts";
import type { Fetch } from "./verify.ts";

/** What packages are looked for with. */
export interface FindOptions {
  /** What `-` means: standard input. It is opened when the package is read. */
  readonly stdin: () => AsyncIterable<Uint8Array>;
  /** How packages at an `http(s)://` address are fetched; without it there are none. */
  readonly fetch?: Fetch;
  /** How often a download that broke is taken up again without a byte in between. Default: 3. */
  readonly retries?: number | undefined;
  /** Below which folder all files go. Default: an image's own place, for all else none. */
  readonly into?: string | undefined;
  /** Stops the looking. */
  readonly signal?: AbortSignal;
}

/**
 * The packages that the locations name, in their order. A location is a file, `-`, an address, or a
 * folder, which is searched for the packages of a release and, holding none, is itself the package.
 *
 * Throws code `package-missing` when there is nothing at a location.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { findPackages } from "binimport";
 *
 * const folder = await Deno.makeTempDir();
 * await Deno.writeTextFile(`${folder}/kubelet`, "ELF");
 * const [found] = await findPackages([folder], { stdin: () => Deno.stdin.readable });
 * for await (const item of found?.read({}).items ?? []) {
 *   if (item.kind === "file") assert(item.key === "kubelet" && item.size === 3);
 * }
 * ```
 */
export async function findPackages(
  locations: readonly string[],
  options: FindOptions,
): Promise<Package[]> {
  const found: Package[] = [];
  for (const location of locations) found.push(...await packagesAt(location, options));
  return inPlace(found, options.into);
}

async function packagesAt(location: string, options: FindOptions): Promise<Package[]> {
  if (location === "-") return [archivePackage(streamSource("standard input", options.stdin))];
  const { fetch } = options;
  if (fetch !== undefined && isHttpAddress(location)) {
    return [await addressPackage(location, { ...options, fetch })];
  }
  const info = await statPackage(location);
  if (info.isFile) return await packagesInFile(location, info.size);
  if (info.isDirectory) {
    const inside = [...await releaseIn(location), ...await osPackagesIn(location)];
    return inside.length > 0 ? inside : [treePackage(location)];
  }
  // A pipe given by name, such as <(…), has no length and no second reading.
  return [archivePackage(streamSource(location, () => readPipe(location)))];
}

/** The packages of a release that lie in the working directory; none when there are none. */
export async function packagesHere(into: string | undefined): Promise<Package[]> {
  return inPlace(await releaseIn("."), into);
}

/** The packages of a release below a folder, at their usual places; none when there are none. */
async function releaseIn(folder: string): Promise<Package[]> {
  const found: Package[] = [];
  for (const places of [OFFLINE_FILES_PLACES, COMPONENT_TOOLS_PLACES]) {
    for (const place of places) {
      const path = folder === "." ? place : `${folder.replace(/\/+$/, "")}/${place}`;
      const info = await Deno.stat(path).catch(() => undefined);
      if (!info?.isFile) continue;
      found.push(...(await packagesInFile(path, info.size)));
      break;
    }
  }
  return found;
}

/** What a release of operating system packages holds, one for each architecture. */
async function osPackagesIn(folder: string): Promise<Package[]> {
  const found: Package[] = [];
  const base = folder.replace(/\/+$/, "");
  for (const place of ["", "os-pkgs/"]) {
    const entries = await Array.fromAsync(Deno.readDir(`${base}/${place}`)).catch(() => []);
    for (const { name } of entries.sort((a, b) => a.name < b.name ? -1 : 1)) {
      const path = `${base}/${place}${name}`;
      if (!isOsPackage(place + name)) continue;
      const info = await statPackage(path);
      if (info.isFile) found.push(...(await packagesInFile(path, info.size)));
    }
  }
  return found;
}

async function packagesInFile(path: string, size: number): Promise<Package[]> {
  const whole = fileSource(path, path, { offset: 0, size });
  const expected = await findChecksum(path);
  if (await isIso(path)) return [await isoPackage(path, size, expected)];
  const inner = await innerRanges(path);
  if (inner.length === 0) return [archivePackage(whole, expected)];
  // What vouches for the whole is asked now, for only the packages inside will be read.
  if (expected !== undefined) {
    const one = archivePackage(whole, expected);
    requireExpected(one, await one.digest?.());
  }
  return inner.map(({ name, range }) => archivePackage(fileSource(path, `${path}/${name}`, range)));
}

async function* readPipe(path: string): AsyncGenerator<Uint8Array> {
  const file = await Deno.open(path);
  yield* file.readable;
}

async function statPackage(path: string): Promise<Deno.FileInfo> {
  try {
    return await Deno.stat(path);
  } catch (cause) {
    const missing = cause instanceof Deno.errors.NotFound;
    throw new BinimportError(
      missing ? "package-missing" : "package-unreadable",
      `Cannot open package ${JSON.stringify(path)}: ${missing ? "no such file" : messageOf(cause)}`,
      { hint: "Check the path; `binimport list PACKAGE` shows what a package holds.", cause },
    );
  }
}
