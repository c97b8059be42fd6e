/** What packages say a target should hold. */
import { digestOf } from "../util/digest.ts";
import { requireExpected } from "./checksums/mod.ts";
import type { Package, PackageItem, ReadOptions } from "./package.ts";

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

/** A file that should be there, as far as it is known. */
export interface WantedFile {
  /** Its key, relative to the target. */
  readonly key: string;
  /** Its length in bytes; where it is not known, the file must not be empty. */
  readonly size?: number;
  /** SHA-256 of its bytes, in lower-case hex; where it is not known, no body is read. */
  readonly sha256?: string;
}

/** What a file should be. */
export interface ExpectedFile extends WantedFile {
  /** Its length in bytes. */
  readonly size: number;
  /** SHA-256 of its bytes, in lower-case hex. */
  readonly sha256: string;
}

/** Reads packages to their end, for only then is it sure what they hold; gives their keys. */
export async function packageKeys(
  packages: readonly Package[],
  options: ReadOptions,
): Promise<Set<string>> {
  const keys = new Set<string>();
  for (const one of packages) {
    const reading = one.read(options);
    const found = new Set<string>();
    for await (const item of reading.items) {
      if (item.kind === "restart") found.clear();
      else found.add(item.key);
    }
    requireExpected(one, reading.sha256());
    for (const key of found) keys.add(key);
  }
  return keys;
}
