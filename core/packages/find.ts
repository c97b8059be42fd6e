/** From what the user names to packages that can be read. */
import type { Fetch } from "../http/mod.ts";
import { requireAddress } from "../util/address.ts";
import { readBounded } from "../util/bounded_read.ts";
import { systemState } from "../util/errno.ts";
import { BinimportError } from "../util/errors.ts";
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
import type { Package } from "./package.ts";
import { releaseIn, releaseInFile } from "./releases.ts";
import { fileSource, streamSource } from "./file_source.ts";
import { httpSource } from "./http_source.ts";

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
  return found;
}

async function packagesAt(location: string, options: FindOptions): Promise<Package[]> {
  const { fetch, into } = options;
  const streamed = (name: string, stream: () => AsyncIterable<Uint8Array>) => [
    archivePackage(streamSource(name, stream), undefined, into),
  ];
  if (location === "-") return streamed("standard input", options.stdin);
  if (fetch !== undefined && /^https?:\/\//i.test(location)) {
    return [await addressPackage(location, { ...options, fetch })];
  }
  const info = await statPackage(location);
  if (info.isFile) return await packagesInFile(location, info.size, into);
  if (info.isDirectory) {
    const inside = await packagesOfRelease(location, into);
    return inside.length > 0 ? inside : [treePackage(location, into)];
  }
  // A pipe given by name, such as <(…), has no length and no second reading.
  return streamed(location, async function* () {
    yield* (await Deno.open(location)).readable;
  });
}

/** The packages of a release that lie in the working directory; none when there are none. */
export async function packagesHere(into: string | undefined): Promise<Package[]> {
  return await packagesOfRelease(".", into, 0);
}

async function packagesOfRelease(folder: string, into: string | undefined, depth?: number) {
  const { packages, artifactSets } = await releaseIn(folder, depth);
  const found: Package[] = [];
  for (const path of packages) {
    const { size } = await statPackage(path);
    found.push(...await packagesInFile(path, size, into));
  }
  return withCommands(found, artifactSets.map((path) => `kubectl apply -f ${shellWord(path)}`));
}

async function packagesInFile(path: string, size: number, into: string | undefined) {
  const whole = fileSource(path, path, { offset: 0, size });
  const expected = await findChecksum(path);
  const one = archivePackage(whole, expected, into);
  const { packages, artifactSets } = await releaseInFile(whole);
  if (packages.length === 0) return [one];
  // What vouches for the whole is asked now, for only the packages inside will be read.
  if (expected !== undefined) requireExpected(one, await one.digest?.());
  const found = packages.map(({ name, range, expected }) =>
    archivePackage(fileSource(path, `${path}/${name}`, range), expected, into)
  );
  return withCommands(found, artifactSets.map((name) => applyMember(path, name)));
}

function withCommands(packages: Package[], commands: readonly string[]): Package[] {
  const [first, ...others] = packages;
  if (first === undefined) return [];
  const nextCommands = () => [...commands, ...first.nextCommands?.() ?? []];
  return [{ ...first, nextCommands }, ...others];
}

async function statPackage(path: string): Promise<Deno.FileInfo> {
  try {
    return await Deno.stat(path);
  } catch (cause) {
    const [code, state] = cause instanceof Deno.errors.NotFound
      ? ["package-missing", "no such file"] as const
      : ["package-unreadable", systemState(cause)] as const;
    const hint = /^\w+:\/\//.test(path)
      ? "Of addresses, only http:// and https:// are fetched. Pipe it: FETCH | binimport … -"
      : "Check the path; `binimport list PACKAGE` shows what a package holds.";
    const message = `Cannot open package ${JSON.stringify(path)}: ${state}`;
    throw new BinimportError(code, message, { hint, cause });
  }
}

type AddressOptions = FindOptions & { readonly fetch: Fetch };

/** With its length and checksum file if the server tells of them; that it is there is not asked. */
async function addressPackage(address: string, options: AddressOptions): Promise<Package> {
  const source = httpSource(address, options.fetch, options.retries);
  const url = requireAddress(address, "read package");
  const asked = ask(url, "HEAD", options).catch(() => undefined);
  let isVain = false; // after one that does not come, or has no end, the others are not waited for
  const expected = await findChecksum(source.name, async (name) => {
    if (isVain) return undefined;
    const beside = new URL(url);
    beside.pathname = url.pathname.replace(/[^/]*$/, () => name);
    try {
      return await checksumsAt(beside, options);
    } catch {
      options.signal?.throwIfAborted();
      isVain = true;
      return undefined;
    }
  });
  const head = await asked;
  head?.close();
  const length = head?.header("content-length");
  const size = length === undefined ? {} : { size: Number(length) };
  return archivePackage({ ...source, ...size }, expected, options.into);
}

/** What is no checksum file, as a page that a server shows for what it does not have, is none. */
async function checksumsAt(url: URL, options: AddressOptions): Promise<Uint8Array | undefined> {
  const { signal } = options;
  const answer = await ask(url, "GET", options);
  if (answer === undefined) return undefined;
  try {
    const bytes = await readBounded(answer.body, { limit: MAX_CHECKSUM_SIZE, signal });
    return digestLines(decodeText(bytes)).length === 0 ? undefined : bytes;
  } finally {
    answer.close();
  }
}

/** The answer if it is 200. */
async function ask(url: URL, method: "GET" | "HEAD", { fetch, signal }: AddressOptions) {
  const answer = await fetch(url, { method, ...(signal === undefined ? {} : { signal }) });
  if (answer.status === 200) return answer;
  answer.close();
  return undefined;
}
