/** Packages inside an uncompressed tar: found by its headers, and read where they lie. */
import { BinimportError } from "../../util/errors.ts";
import { releaseChecksums } from "../checksums.ts";
import { looksLikeTar } from "../compression/mod.ts";
import type { Package } from "../package.ts";
import type { ByteSource, FileRange, RandomAccess } from "../sources/mod.ts";
import { BLOCK, untar } from "../tar/mod.ts";
import { innerArchive, isArtifactSet } from "./layout.ts";

/** What of a release lies in a file. */
export interface InnerRelease {
  readonly packages: readonly {
    readonly name: string;
    readonly range: FileRange;
    /** What a checksum file in there says of it. */
    readonly expected: Package["expected"];
  }[];
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
export async function innerRanges(source: ByteSource): Promise<InnerRelease> {
  using file = await source.open?.().catch(() => undefined);
  if (file === undefined || !looksLikeTar(file.read(0, BLOCK))) return NOTHING;
  const cursor: Cursor = { at: 0, pass: 0 };
  const found: { readonly name: string; readonly range: FileRange }[] = [];
  const artifactSets: string[] = [];
  const checksums = releaseChecksums();
  try {
    for await (const { name, type, size } of untar(headersOnly(file, cursor))) {
      // The reader takes block by block, so by now it stands where the body begins.
      if (type !== "file") continue;
      const range = { offset: cursor.at, size };
      if (innerArchive(name) !== undefined) found.push({ name, range });
      if (isArtifactSet(name)) artifactSets.push(name);
      if (checksums.isOne({ name, size })) checksums.add(name, file.read(range.offset, size));
      cursor.pass = Math.ceil(size / BLOCK) * BLOCK;
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
  at: number;
  pass: number;
}

async function* headersOnly(file: RandomAccess, cursor: Cursor): AsyncGenerator<Uint8Array> {
  for (;;) {
    const chunk = cursor.pass > 0 ? ZEROS.subarray(0, cursor.pass) : file.read(cursor.at, BLOCK);
    if (chunk.length === 0) return;
    cursor.pass = Math.max(0, cursor.pass - chunk.length);
    cursor.at += chunk.length;
    yield chunk;
  }
}
