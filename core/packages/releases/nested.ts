/** Packages inside an uncompressed tar: found by its headers, and read where they lie. */
import { BinimportError } from "../../util/errors.ts";
import { releaseChecksums } from "../checksums.ts";
import { looksLikeTar } from "../compression/mod.ts";
import type { Package } from "../package.ts";
import type { FileRange } from "../sources/mod.ts";
import { BLOCK, untar } from "../tar/mod.ts";
import { innerArchive, isArtifactSet } from "./layout.ts";

/** A package inside a file. */
export interface InnerRange {
  readonly name: string;
  readonly range: FileRange;
  /** What a checksum file in there says of it. */
  readonly expected?: Package["expected"];
}

/** What of a release lies in a file. */
export interface InnerRelease {
  readonly packages: readonly InnerRange[];
  /** Names of members: see {@linkcode isArtifactSet}. */
  readonly artifactSets: readonly string[];
}

const NOTHING: InnerRelease = { packages: [], artifactSets: [] };

/** Stands in for bodies, which are not read. */
const ZEROS = new Uint8Array(1024 * 1024);

/**
 * Where in a file the packages of a release lie, as in the whole offline package as downloaded, a
 * tar of many gigabytes: none when the file is anything else. Only headers are read. A tar that is
 * broken gives none either; reading it will say why.
 */
export async function innerRanges(path: string): Promise<InnerRelease> {
  using file = await Deno.open(path).catch(() => undefined);
  if (file === undefined) return NOTHING;
  const cursor: Cursor = { at: 0, pass: 0 };
  if (!looksLikeTar(blockAt(file, 0))) return NOTHING;
  const found: InnerRange[] = [];
  const artifactSets: string[] = [];
  const checksums = releaseChecksums();
  try {
    for await (const entry of untar(headersOnly(file, cursor))) {
      // The reader takes block by block, so by now it stands where the body begins.
      if (entry.type !== "file") continue;
      const range = { offset: cursor.at, size: entry.size };
      if (innerArchive(entry.name) !== undefined) found.push({ name: entry.name, range });
      if (isArtifactSet(entry.name)) artifactSets.push(entry.name);
      if (checksums.isOne(entry)) {
        checksums.add(entry.name, bytesAt(file, range.offset, range.size));
      }
      cursor.pass = Math.ceil(entry.size / BLOCK) * BLOCK;
    }
  } catch (error) {
    if (error instanceof BinimportError) return NOTHING;
    throw error;
  }
  const packages = await Promise.all(
    found.map(async (one) => ({ ...one, expected: await checksums.expected(one.name) })),
  );
  return { packages, artifactSets };
}

interface Cursor {
  /** How far the file was read or passed over, in bytes. */
  at: number;
  /** How many bytes to pass over next. */
  pass: number;
}

async function* headersOnly(file: Deno.FsFile, cursor: Cursor): AsyncGenerator<Uint8Array> {
  for (;;) {
    while (cursor.pass > 0) {
      const length = Math.min(cursor.pass, ZEROS.length);
      cursor.pass -= length;
      cursor.at += length;
      yield ZEROS.subarray(0, length);
    }
    const block = blockAt(file, cursor.at);
    if (block.length === 0) return;
    cursor.at += block.length;
    yield block;
  }
}

function blockAt(file: Deno.FsFile, offset: number): Uint8Array {
  return bytesAt(file, offset, BLOCK);
}

/** Synchronous: a call per member, each of which takes microseconds. Fewer at the end of the file. */
function bytesAt(file: Deno.FsFile, offset: number, length: number): Uint8Array {
  file.seekSync(offset, Deno.SeekMode.Start);
  const bytes = new Uint8Array(length);
  return bytes.subarray(0, file.readSync(bytes) ?? 0);
}
