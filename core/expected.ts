/** What packages say a target should hold. */
import { requireExpected } from "./checksum_file.ts";
import { digestOf } from "./digest.ts";
import type { Package, PackageItem, ReadOptions } from "./package.ts";
import type { ExpectedFile } from "./verify.ts";

/**
 * Reads packages to their end; gives each key with its length and digest. A key that several
 * packages hold is that of the last one.
 */
export async function expectedOf(
  packages: readonly Package[],
  options: ReadOptions,
): Promise<ExpectedFile[]> {
  const files = new Map<string, ExpectedFile>();
  for (const one of packages) {
    const found = new Map<string, ExpectedFile>();
    const reading = one.read(options);
    for await (const item of reading.items) await add(found, item);
    requireExpected(one, reading.sha256());
    for (const [key, file] of found) files.set(key, file);
  }
  return [...files.values()];
}

async function add(files: Map<string, ExpectedFile>, item: PackageItem): Promise<void> {
  if (item.kind === "restart") return files.clear();
  if (item.kind === "file") {
    const { key, size } = item;
    files.set(key, { key, size, sha256: (await digestOf(item.chunks())).sha256 });
    return;
  }
  const file = files.get(item.of);
  if (file !== undefined) files.set(item.key, { ...file, key: item.key });
}
