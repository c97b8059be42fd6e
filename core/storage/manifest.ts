/**
 * What binimport knows of a target: which digest each file had when it was written, and from which
 * package it came. It lies in the target itself, is written last, and holds nothing secret, since
 * it is served. Losing it costs reading the target again, never correctness.
 */
import { readBounded, Unbounded } from "../util/bounded_read.ts";
import { pause } from "../util/concurrency.ts";
import { checksumLine } from "../util/digest.ts";
import { hasCode } from "../util/errors.ts";
import type { CallOptions, StorageAdapter } from "./adapter.ts";
import { STATE_FOLDER } from "./key.ts";
import { chunkSource } from "./put_source.ts";
import { isShard, type Shard } from "./shard.ts";

/** The key under which the manifest lies. */
export const MANIFEST_KEY: string = `${STATE_FOLDER}/manifest.json`;

/** The key of what everybody can check all files by, without binimport. */
export const CHECKSUMS_KEY: string = `${STATE_FOLDER}/SHA256SUMS`;

/** What is known of one file. */
export interface FileRecord {
  /** Its length in bytes. */
  readonly size: number;
  /** Permission bits that the package gave it. */
  readonly mode: number;
  /** SHA-256 of the bytes that were written. */
  readonly sha256: string;
  /** SHA-256 of the package that it came from, as that lay; absent for a folder. */
  readonly package?: string;
  /** The target's etag of it when it was written; absent when the target gave none. */
  readonly etag?: string;
  /** It lay there with these bytes before an import came: it is not ours to take away. */
  readonly found?: true;
}

/** Options that decide which keys a package gives. */
export interface PackageOptions {
  /**
   * Leading folders dropped from names; `auto` for a common top folder. In records of earlier
   * versions also null, which was 1 for an archive, whatever its names were.
   */
  readonly stripComponents: number | "auto" | null;
  /** What file managers and editors leave behind is kept. */
  readonly keepJunk?: true;
  /** Globs of which a key must match one, unless there are none. */
  readonly include: readonly string[];
  /** Globs that no key may match. */
  readonly exclude: readonly string[];
  /** The folder in front of every key; absent for what each kind of package has by default. */
  readonly into?: string;
  /** The share of the files, where several runs divide them. */
  readonly shard?: Shard;
}

/** A package that was imported whole: with the same options it gives these keys again. */
export interface PackageRecord {
  readonly sha256: string;
  /** Its length in bytes as it lay; absent when it came through a pipe. */
  readonly size?: number;
  readonly name: string;
  readonly options: PackageOptions;
  readonly keys: readonly string[];
}

/** What tells records apart: the package's SHA-256 and the options it was read with. */
export function packageIdentity(sha256: string, options: PackageOptions): string {
  const { stripComponents, include, exclude, into, shard, keepJunk } = options;
  return JSON.stringify([sha256, stripComponents, include, exclude, into, shard, keepJunk]);
}

/** The manifest of one target. */
export interface Manifest {
  readonly files: Map<string, FileRecord>;
  packages: PackageRecord[];
}

/** The records of packages that some file still comes from. */
export function livingPackages(
  records: Iterable<PackageRecord>,
  files: Manifest["files"],
): PackageRecord[] {
  const alive = new Set([...files.values()].map((file) => file.package));
  return [...records].filter((one) => alive.has(one.sha256));
}

/** A manifest that knows nothing. */
export function emptyManifest(): Manifest {
  return { files: new Map(), packages: [] };
}

/** In bytes: some 500,000 files. More than that was left by somebody else. */
const MAX_SIZE = 128 * 1024 * 1024;

/** What has not come whole by then, in milliseconds, is slower than reading the target again. */
const DEADLINE = 600_000;

/**
 * Reads a target's manifest; an empty one when there is none, or none of a form that this version
 * knows. Rejects only when the target cannot be read at all.
 */
export async function loadManifest(
  adapter: Pick<StorageAdapter, "get">,
  options: CallOptions = {},
): Promise<Manifest> {
  try {
    const body = await adapter.get(MANIFEST_KEY, options);
    const bytes = await readBounded(body, { limit: MAX_SIZE, deadline: DEADLINE, ...options });
    return await parseManifest(bytes) ?? emptyManifest();
  } catch (error) {
    if (hasCode(error, "not-found") || error instanceof Unbounded) return emptyManifest();
    throw error;
  }
}

/**
 * Writes a target's manifest, in one step; before it the {@linkcode CHECKSUMS_KEY}, which nothing here
 * reads.
 */
export async function saveManifest(
  adapter: StorageAdapter,
  manifest: Manifest,
  options: CallOptions = {},
): Promise<void> {
  await putText(adapter, CHECKSUMS_KEY, () => checksums(manifest), options);
  await putText(adapter, MANIFEST_KEY, () => pieces(manifest), options);
}

async function putText(
  adapter: StorageAdapter,
  key: string,
  text: () => Iterable<string>,
  options: CallOptions,
): Promise<void> {
  let size = 0;
  for (const bytes of encoded(text())) size += bytes.length;
  async function* chunks(): AsyncGenerator<Uint8Array> {
    yield* encoded(text());
  }
  await adapter.put(key, chunkSource(size, true, chunks), { ...options, mode: 0o644 });
}

/** Paths are relative to the root: `cd ROOT && sha256sum -c .binimport/SHA256SUMS`. */
function* checksums({ files }: Manifest): Generator<string> {
  for (const [key, { sha256 }] of files) yield checksumLine(sha256, key);
}

const CHUNK = 64 * 1024;

/**
 * A manifest in JSON, a line for each file, in chunks: as a whole, that of 100,000 files would take
 * four times its 25 MB while it is made.
 */
export function manifestBytes(manifest: Manifest): Generator<Uint8Array> {
  return encoded(pieces(manifest));
}

function* encoded(pieces: Iterable<string>): Generator<Uint8Array> {
  const encoder = new TextEncoder();
  let text = "";
  for (const piece of pieces) {
    text += piece;
    if (text.length < CHUNK) continue;
    yield encoder.encode(text);
    text = "";
  }
  yield encoder.encode(text);
}

function* pieces({ packages, files }: Manifest): Generator<string> {
  yield '{"version":1,"packages":[';
  for (const [index, { keys, ...rest }] of packages.entries()) {
    if (index > 0) yield ",";
    yield `\n${JSON.stringify(rest).slice(0, -1)},"keys":[`;
    yield* separated(keys, (key) => JSON.stringify(key));
    yield "]}";
  }
  yield '],"files":{';
  yield* separated(files, ([key, file]) => `${JSON.stringify(key)}:${JSON.stringify(file)}`);
  yield "}}\n";
}

function* separated<T>(items: Iterable<T>, toJson: (item: T) => string): Generator<string> {
  let separator = "\n";
  for (const item of items) {
    yield separator + toJson(item);
    separator = ",\n";
  }
}

/** In bytes. JSON of 64 MiB that somebody made for it takes 48 s to parse, and 2.7 GB. */
const SMALL = 1024 * 1024;

/** In bytes: a line holds a file, a package without its keys, or a key. */
const MAX_LINE = 64 * 1024;

/**
 * Reads a manifest; `undefined` where it is none of a version known here. Anybody who may write to
 * the target may have written it: nothing in it is taken on trust. One longer than `small` bytes is
 * read line by line, in the form of {@linkcode manifestBytes} alone.
 */
export async function parseManifest(
  bytes: Uint8Array,
  small: number = SMALL,
): Promise<Manifest | undefined> {
  try {
    return bytes.length <= small ? parseWhole(decode(bytes)) : await parseLines(bytes);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function decode(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

function parseWhole(text: string): Manifest | undefined {
  const json: unknown = JSON.parse(text);
  if (!isRecord(json) || json["version"] !== 1) return undefined;
  const { files, packages } = json;
  if (!isRecord(files) || !Array.isArray(packages)) return undefined;
  return {
    files: new Map(Object.entries(files).filter(isFileEntry)),
    packages: packages.filter(isPackageRecord),
  };
}

const BEHIND_PACKAGES = /\],"files":\{(?:\}\})?$/;

/** By the lines that {@linkcode manifestBytes} writes; those of other forms end it. */
async function parseLines(bytes: Uint8Array): Promise<Manifest | undefined> {
  const manifest: Manifest = { files: new Map(), packages: [] };
  let [inFiles, keys]: [boolean, unknown[] | undefined] = [false, undefined];
  const found: unknown[] = [];
  for (let at = 0, line = 0; at < bytes.length; line++) {
    await pause();
    const newline = bytes.indexOf(10, at);
    const end = newline < 0 ? bytes.length : newline;
    if (end - at > MAX_LINE) return undefined;
    const text = decode(bytes.subarray(at, end));
    at = end + 1;
    if (line === 0) {
      if (!text.startsWith('{"version":1,"packages":[')) return undefined;
      inFiles = BEHIND_PACKAGES.test(text);
    } else if (inFiles) {
      const [entry] = Object.entries(parseRecord(`{${text.replace(/,$|\}\}$/, "")}}`));
      if (entry !== undefined && isFileEntry(entry)) manifest.files.set(...entry);
    } else {
      inFiles = BEHIND_PACKAGES.test(text);
      const plain = text.replace(BEHIND_PACKAGES, "");
      if (plain.startsWith("{")) {
        const record = parseRecord(`${plain.replace(/(?:\]\},?)?$/, "")}]}`);
        keys = Array.isArray(record["keys"]) ? record["keys"] : undefined;
        found.push(record);
      } else keys?.push(JSON.parse(plain.replace(/,$|\]\},?$/, "")));
    }
  }
  return inFiles ? { ...manifest, packages: found.filter(isPackageRecord) } : undefined;
}

function parseRecord(text: string): Record<string, unknown> {
  const value: unknown = JSON.parse(text);
  if (isRecord(value)) return value;
  throw new SyntaxError("no record");
}

function isFileEntry(entry: [string, unknown]): entry is [string, FileRecord] {
  const [, value] = entry;
  return isRecord(value) && isLength(value["size"]) && isLength(value["mode"]) &&
    isDigest(value["sha256"]) && isOptionalText(value["etag"]) &&
    isOptionalText(value["package"]) && (value["found"] === undefined || value["found"] === true);
}

function isPackageRecord(value: unknown): value is PackageRecord {
  if (!isRecord(value) || !isDigest(value["sha256"]) || typeof value["name"] !== "string") {
    return false;
  }
  const { options, keys } = value;
  return isTexts(keys) && isRecord(options) && isTexts(options["include"]) &&
    isTexts(options["exclude"]) && isOptionalText(options["into"]) &&
    isStrip(options["stripComponents"]) &&
    (options["keepJunk"] === undefined || options["keepJunk"] === true) &&
    (options["shard"] === undefined || isShard(options["shard"]));
}

function isStrip(value: unknown): value is PackageOptions["stripComponents"] {
  return value === null || value === "auto" || isLength(value);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isLength(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

function isDigest(value: unknown): value is string {
  return typeof value === "string" && /^[0-9a-f]{64}$/.test(value);
}

function isOptionalText(value: unknown): value is string | undefined {
  return value === undefined || typeof value === "string";
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === "string");
}
