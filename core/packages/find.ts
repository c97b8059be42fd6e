/** From what the user names to packages that can be read. */
import type { Fetch, FetchAnswer } from "../http/mod.ts";
import { requireAddress } from "../util/address.ts";
import { readBounded, Unbounded } from "../util/bounded_read.ts";
import { BinimportError, messageOf } from "../util/errors.ts";
import { refuseUnknown, requireArgument, shellWord } from "../util/hints.ts";
import { applyMember, archivePackage } from "./archive.ts";
import {
  decodeText,
  digestLines,
  findChecksum,
  MAX_CHECKSUM_SIZE,
  requireExpected,
} from "./checksums.ts";
import { treePackage } from "./directory.ts";
import type { Package, PackageItem, ReadOptions } from "./package.ts";
import { innerRanges, releaseIn } from "./releases/mod.ts";
import { fileSource, httpSource, isHttpAddress, streamSource } from "./sources/mod.ts";

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

const OPTIONS: readonly (keyof FindOptions)[] = ["stdin", "fetch", "retries", "into", "signal"];

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
  const isList = Array.isArray(locations) && locations.every((one) => typeof one === "string");
  requireArgument(isList, "find packages", "locations is no array of texts", 'Write ["./folder"].');
  refuseUnknown("find packages", options, OPTIONS);
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
    const inside = await packagesOfRelease(location);
    return inside.length > 0 ? inside : [treePackage(location)];
  }
  // A pipe given by name, such as <(…), has no length and no second reading.
  const read = async function* () {
    yield* (await Deno.open(location)).readable;
  };
  return [archivePackage(streamSource(location, read))];
}

/** The packages of a release that lie in the working directory; none when there are none. */
export async function packagesHere(into: string | undefined): Promise<Package[]> {
  return inPlace(await packagesOfRelease(".", 0), into);
}

async function packagesOfRelease(folder: string, depth?: number): Promise<Package[]> {
  const { packages, artifactSets } = await releaseIn(folder, depth);
  const found: Package[] = [];
  for (const path of packages) {
    const { size } = await statPackage(path);
    found.push(...await packagesInFile(path, size));
  }
  const [first, ...others] = found;
  if (first === undefined) return [];
  const commands = artifactSets.map((path) => `kubectl apply -f ${shellWord(path)}`);
  const nextCommands = () => [...commands, ...first.nextCommands?.() ?? []];
  return [{ ...first, nextCommands }, ...others];
}

async function packagesInFile(path: string, size: number): Promise<Package[]> {
  const whole = fileSource(path, path, { offset: 0, size });
  const expected = await findChecksum(path);
  const { packages, artifactSets } = await innerRanges(whole);
  if (packages.length === 0) return [archivePackage(whole, expected)];
  // What vouches for the whole is asked now, for only the packages inside will be read.
  if (expected !== undefined) {
    const one = archivePackage(whole, expected);
    requireExpected(one, await one.digest?.());
  }
  const nextCommands = () => artifactSets.map((name) => applyMember(path, name));
  return packages.map(({ name, range, expected }, at) => {
    const one = archivePackage(fileSource(path, `${path}/${name}`, range), expected);
    return at === 0 ? { ...one, nextCommands } : one;
  });
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

/** Each package below the folder `into`, if there is one. */
export function inPlace(packages: readonly Package[], into: string | undefined): Package[] {
  return packages.map((one) => into === undefined ? one : placedPackage(one, into));
}

/** The package with a folder in front of its keys; globs see them so. */
function placedPackage(inner: Package, folder: string): Package {
  const place = (key: string) => `${folder}/${key}`;

  function read(options: ReadOptions = {}): ReturnType<Package["read"]> {
    const { wanted } = options;
    const reading = inner.read({
      ...options,
      isPlaced: true,
      ...(wanted === undefined ? {} : { wanted: (key) => wanted(place(key)) }),
    });
    return { ...reading, items: placeItems(reading.items) };
  }

  async function* placeItems(items: AsyncIterable<PackageItem>): AsyncGenerator<PackageItem> {
    for await (const item of items) {
      if (item.kind === "restart") yield item;
      else if (item.kind === "copy") yield { ...item, key: place(item.key), of: place(item.of) };
      else yield { ...item, key: place(item.key) };
    }
  }

  return { ...inner, read };
}

type AddressOptions = FindOptions & { readonly fetch: Fetch };

/**
 * A package over what a server answers, with its length and checksum file if the server tells of
 * them. Whether the package itself can be had is found out when it is read.
 */
async function addressPackage(address: string, options: AddressOptions): Promise<Package> {
  const source = httpSource(address, options.fetch, options.retries);
  const url = requireAddress(address, "read package");
  const size = await lengthAt(url, options);
  const expected = await findChecksum(source.name, (name) => {
    const beside = new URL(url);
    beside.pathname = url.pathname.replace(/[^/]*$/, () => name);
    return checksumsAt(beside, options);
  });
  return archivePackage(size === undefined ? source : { ...source, size }, expected);
}

async function lengthAt(url: URL, options: AddressOptions): Promise<number | undefined> {
  const answer = await ask(url, "HEAD", options);
  answer?.close();
  const length = answer?.header("content-length");
  return length === undefined ? undefined : Number(length);
}

/** What is no checksum file, as a page that a server shows for what it does not have, is none. */
async function checksumsAt(url: URL, options: AddressOptions): Promise<Uint8Array | undefined> {
  const { signal } = options;
  const answer = await ask(url, "GET", options);
  if (answer === undefined) return undefined;
  try {
    const bytes = await readBounded(answer.body, { limit: MAX_CHECKSUM_SIZE, signal });
    return digestLines(decodeText(bytes)).length === 0 ? undefined : bytes;
  } catch (error) {
    if (error instanceof Unbounded) return undefined;
    throw error;
  } finally {
    answer.close();
  }
}

/** The answer if it is 200; nothing when the server is not there, which reading will tell. */
async function ask(
  url: URL,
  method: "GET" | "HEAD",
  { fetch, signal }: AddressOptions,
): Promise<FetchAnswer | undefined> {
  try {
    const answer = await fetch(url, { method, ...(signal === undefined ? {} : { signal }) });
    if (answer.status === 200) return answer;
    answer.close();
  } catch {
    signal?.throwIfAborted();
  }
  return undefined;
}
