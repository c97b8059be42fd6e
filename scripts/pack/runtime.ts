/** What the program needs of a system, taken along: Deno, its loader and its libraries. */
import { createHash } from "node:crypto";
import { constants, gzipSync, zstdCompressSync } from "node:zlib";
import type { Member } from "./archive.ts";
import { unpackDebian } from "./debian_part.ts";
import { withOwnLoader } from "./elf.ts";
import type { NoticeSources } from "./notices.ts";
import { npmFile } from "./npm_part.ts";
import { packCache } from "./part_cache.ts";
import { DENO_LIBRARIES, type Target, ZSTD_LIBRARIES } from "./targets.ts";
import { withoutTypeChecker } from "./type_checker.ts";

/** The runtime of one target. */
export interface Runtime {
  /** Files that the host's gzip and tar unpack: zstd, and all that it and Deno need. */
  readonly starters: readonly Member[];
  /** Deno, compressed by zstd. */
  readonly deno: Uint8Array;
  /** Lengths of all files together, in bytes. */
  readonly size: number;
  /** Where in `deno` the path of the loader belongs, and the room for it. */
  readonly slot: number;
  readonly slotSize: number;
  /** Its Debian packages with their notices. */
  readonly notices: NoticeSources["debian"];
}

/**
 * zstd unpacks a quarter of a second faster and to three quarters of the size of gzip, but nodes do
 * not have it: so gzip, which they have, unpacks zstd.
 */
const LEVEL = 19;

/** 64 MiB: what is alike in Deno lies far apart. Less than the program takes to run. */
const WINDOW_LOG = 26;

/** Fetches and compresses the runtime; it is compressed once for each change of its parts. */
export async function buildRuntime(target: Target): Promise<Runtime> {
  const root = await Deno.makeTempDir({ prefix: "binimport-runtime-" });
  try {
    await unpackDebian(target.debian, root);
    const library = (name: string) => readLibrary(root, target, name);
    const { bytes, slot, slotSize } = withOwnLoader(
      withoutTypeChecker(await npmFile(target.deno, "deno")),
    );
    const starters: Member[] = [
      { ...await library(target.loader), executable: true },
      { name: "zstd", bytes: await Deno.readFile(`${root}/usr/bin/zstd`), executable: true },
      ...await Promise.all([...DENO_LIBRARIES, ...ZSTD_LIBRARIES].map(library)),
    ];
    return {
      starters,
      deno: await compressed(bytes),
      size: starters.reduce((sum, { bytes }) => sum + bytes.length, bytes.length),
      slot,
      slotSize,
      notices: await notices(root, target),
    };
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

async function readLibrary(root: string, target: Target, name: string): Promise<Member> {
  for (const folder of ["lib", "usr/lib"]) {
    const path = `${root}/${folder}/${target.libraryFolder}/${name}`;
    const bytes = await Deno.readFile(path).catch(() => undefined);
    if (bytes !== undefined) return { name, bytes };
  }
  throw new Error(`Cannot find ${name} for ${target.machine} in the Debian packages`);
}

async function notices(root: string, { debian }: Target): Promise<NoticeSources["debian"]> {
  return await Promise.all(debian.map(async (part) => ({
    part,
    notice: await Deno.readTextFile(`${root}/usr/share/doc/${part.name}/copyright`),
  })));
}

/** Compressing takes more than a minute, so the result is kept by the digest of what went in. */
async function compressed(program: Uint8Array): Promise<Uint8Array> {
  const hash = createHash("sha256").update(program).update(`zstd ${LEVEL} ${WINDOW_LOG}`);
  const kept = `${packCache()}/${hash.digest("hex").slice(0, 16)}.zst`;
  const found = await Deno.readFile(kept).catch(() => undefined);
  if (found !== undefined) return found;
  const bytes = zstdCompressSync(program, {
    params: {
      [constants.ZSTD_c_compressionLevel]: LEVEL,
      [constants.ZSTD_c_windowLog]: WINDOW_LOG,
      [constants.ZSTD_c_enableLongDistanceMatching]: 1,
      [constants.ZSTD_c_checksumFlag]: 1,
    },
  });
  await Deno.writeFile(`${kept}.new`, bytes);
  await Deno.rename(`${kept}.new`, kept);
  return bytes;
}

/** A gzip stream, as small as it gets. */
export function gzipped(bytes: Uint8Array): Uint8Array {
  return gzipSync(bytes, { level: 9 });
}
