/**
 * What binimport knows of a target: which digest each file had when it was written, and from which
 * package it came. It lies in the target itself, is written last, and holds nothing secret, since
 * it is served. Losing it costs reading the target again, never correctness.
 */
import { readBounded, SMALL, Unbounded } from "../util/bounded_read.ts";
import { checksumLine } from "../util/digest.ts";
import { hasCode } from "../util/errors.ts";
import { at, entriesAt, listAt, parseJson } from "../util/json.ts";
import type { CallOptions, StorageAdapter } from "./adapter.ts";
import { STATE_FOLDER } from "./key.ts";
import { BEGINNING, FileLines, type FileRecords, keyLines, parseLines } from "./manifest_lines.ts";
import {
  type FileRecord,
  isFileEntry,
  isPackageRecord,
  type PackageRecord,
} from "./manifest_records.ts";
import { chunkSource } from "./put_source.ts";

/** The key under which the manifest lies. */
export const MANIFEST_KEY: string = `${STATE_FOLDER}/manifest.json`;

/** The key of what everybody can check all files by, without binimport. */
export const CHECKSUMS_KEY: string = `${STATE_FOLDER}/SHA256SUMS`;

/** The manifest of one target. */
export interface Manifest {
  readonly files: FileRecords;
  packages: readonly PackageRecord[];
}

/** A manifest that knows nothing. */
export function emptyManifest(): { files: Map<string, FileRecord>; packages: PackageRecord[] } {
  return { files: new Map(), packages: [] };
}

/** In bytes: some 2,000,000 files. More than that was left by somebody else. */
const MAX_SIZE = 512 * 1024 * 1024;

/** A target's manifest; an empty one when there is none, or none of a form that is known here. */
export async function loadManifest(
  adapter: Pick<StorageAdapter, "get">,
  options: CallOptions = {},
): Promise<Manifest> {
  try {
    const body = await adapter.get(MANIFEST_KEY, options);
    const deadline = 600_000; // what takes longer is slower than reading the target again
    const bytes = await readBounded(body, { limit: MAX_SIZE, deadline, ...options });
    return await parseManifest(bytes) ?? emptyManifest();
  } catch (error) {
    if (hasCode(error, "not-found") || error instanceof Unbounded) return emptyManifest();
    throw error;
  }
}

/**
 * Reads a manifest; `undefined` where it is none of a version known here. Nothing in it is taken on
 * trust: one longer than `small` bytes is read line by line, in the form of {@linkcode manifestBytes}
 * alone, since JSON of 64 MiB that somebody made for it takes 48 s to parse, and 2.7 GB.
 */
export async function parseManifest(
  bytes: Uint8Array,
  small: number = SMALL,
): Promise<Manifest | undefined> {
  if (bytes.length > small) return await parseLines(bytes);
  const json = parseJson(new TextDecoder().decode(bytes));
  if (at(json, "version") !== 1) return undefined;
  const files = entriesAt(json, "files").filter(isFileEntry);
  return { files: new Map(files), packages: listAt(json, "packages").filter(isPackageRecord) };
}

/** Records by key that take the place of a manifest's own. */
export interface Changes extends Iterable<[string, FileRecord]> {
  keys(): Iterable<string>;
}

/** Puts records in the place of those of a manifest; its packages that no file comes from any more go. */
export function amend(manifest: Manifest, changes: Changes = new Map()): void {
  const { files } = manifest;
  for (const key of changes.keys()) files.delete(key);
  const lines = files instanceof FileLines ? files : undefined;
  const named = new Set<string | undefined>();
  for (const records of [changes, lines ? [] : files]) {
    for (const [, record] of records) named.add(record.package);
  }
  manifest.packages = manifest.packages.filter(({ sha256 }) =>
    named.has(sha256) || lines?.haveFrom(sha256)
  );
}

/** In bytes: what is longer is made twice, for its length and for its bytes. */
const MAX_KEPT = 4 * 1024 * 1024;

/** Writes {@linkcode CHECKSUMS_KEY}, which nothing here reads, and then the manifest, in one step. */
export async function saveManifest(
  adapter: StorageAdapter,
  manifest: Manifest,
  options: CallOptions = {},
  changes: Changes = new Map(),
): Promise<void> {
  async function put(key: string, text: () => Iterable<Uint8Array>): Promise<void> {
    let size = 0;
    const made: Uint8Array[] = [];
    for (const chunk of text()) {
      size += chunk.length;
      if (size <= MAX_KEPT) made.push(new Uint8Array(chunk));
      else made.length = 0;
    }
    const source = chunkSource(size, true, async function* () {
      yield* size <= MAX_KEPT ? made : text();
    });
    await adapter.put(key, source, { ...options, mode: 0o644 });
  }
  await put(CHECKSUMS_KEY, () => encoded(checksums(manifest.files, changes)));
  await put(MANIFEST_KEY, () => manifestBytes(manifest, changes));
}

/** Paths are relative to the root: `cd ROOT && sha256sum -c .binimport/SHA256SUMS`. */
function* checksums(files: FileRecords, changes: Changes): Generator<string> {
  if (files instanceof FileLines) yield* files.checksums();
  else for (const [key, { sha256 }] of files) yield checksumLine(sha256, key);
  for (const [key, { sha256 }] of changes) yield checksumLine(sha256, key);
}

const CHUNK = 64 * 1024;

/**
 * A manifest in JSON, a line for each file, in chunks: as a whole, that of 100,000 files would take
 * four times its 25 MB while it is made. Each is valid until the next one is asked for. No key of
 * `changes` is one of the manifest's own.
 */
export function manifestBytes(
  manifest: Manifest,
  changes: Changes = new Map(),
): Generator<Uint8Array> {
  return encoded(pieces(manifest, changes));
}

/** In UTF-8, in one buffer that is used again: garbage of chunks would take as much as the records. */
function* encoded(pieces: Iterable<string | Uint8Array>): Generator<Uint8Array> {
  const encoder = new TextEncoder();
  const buffer = new Uint8Array(CHUNK);
  function* flush(text: string) {
    for (let rest = text; rest !== "";) {
      const { read, written } = encoder.encodeInto(rest, buffer);
      yield buffer.subarray(0, written);
      rest = rest.slice(read);
    }
  }
  let text = "";
  for (const piece of pieces) {
    if (typeof piece === "string") {
      text += piece;
      if (text.length < CHUNK) continue;
    }
    yield* flush(text);
    text = "";
    if (typeof piece === "string") continue;
    for (let at = 0; at < piece.length; at += CHUNK) yield piece.subarray(at, at + CHUNK);
  }
  yield* flush(text);
}

function* pieces({ packages, files }: Manifest, changes: Changes): Generator<string | Uint8Array> {
  yield BEGINNING;
  for (const [index, record] of packages.entries()) {
    const { sha256, size, name, options } = record;
    const head = JSON.stringify({ sha256, size, name, options }).slice(0, -1);
    yield `${index > 0 ? "," : ""}\n${head},"keys":[`;
    yield* lines(keyLines(record) ?? record.keys.values().map((key) => JSON.stringify(key)));
    yield "]}";
  }
  yield '],"files":{';
  const line = ([key, file]: [string, FileRecord]) =>
    `${JSON.stringify(key)}:${JSON.stringify(file)}`;
  const read = files instanceof FileLines ? files.runs() : Iterator.from(files).map(line);
  yield* lines(read, Iterator.from(changes).map(line));
  yield "}}\n";
}

function* lines(...lists: Iterable<string | Uint8Array>[]): Generator<string | Uint8Array> {
  let separator = "\n";
  for (const items of lists) {
    for (const item of items) {
      yield separator;
      yield item;
      separator = ",\n";
    }
  }
}
