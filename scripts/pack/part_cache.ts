/** Files that were fetched, kept outside the tree by their checksum. */
import { createHash } from "node:crypto";
import { cacheFolder } from "../services/cache.ts";

/** What a file has to be. */
export interface Checksum {
  readonly algorithm: "sha256" | "sha512";
  readonly hex: string;
}

/**
 * The path of the file with this checksum; `fetch` is called when it is not there, with the folder
 * to put it into, and gives its path. What it puts there is checked before it is kept.
 */
export async function cachedPart(
  name: string,
  checksum: Checksum,
  fetch: (folder: string) => Promise<string>,
): Promise<string> {
  const kept = `${packCache()}/${checksum.hex.slice(0, 16)}-${name}`;
  if (await hasChecksum(kept, checksum)) return kept;
  await Deno.mkdir(packCache(), { recursive: true });
  const folder = await Deno.makeTempDir({ dir: packCache(), prefix: ".new-" });
  try {
    const fetched = await fetch(folder);
    if (!await hasChecksum(fetched, checksum)) {
      throw new Error(`Cannot use ${name}: what was fetched has another checksum than is pinned`);
    }
    await Deno.rename(fetched, kept);
    return kept;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Where parts are kept. */
export function packCache(): string {
  return `${cacheFolder()}/pack`;
}

async function hasChecksum(path: string, { algorithm, hex }: Checksum): Promise<boolean> {
  try {
    return createHash(algorithm).update(await Deno.readFile(path)).digest("hex") === hex;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return false;
    throw error;
  }
}
