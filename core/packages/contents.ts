/** What packages hold, and what they say a target should hold. */
import { digestOf } from "../util/digest.ts";
import { requireExpected } from "./checksums.ts";
import type { Package, PackageFile, ReadOptions } from "./package.ts";

/**
 * What `look` makes of each file, by key; the last package's where several hold one. All are read
 * to their end, for only then is it sure what they hold.
 */
export async function contentsOf<Facts>(
  packages: readonly Package[],
  options: ReadOptions,
  look: (file: PackageFile) => Facts | Promise<Facts>,
): Promise<Map<string, Facts>> {
  const contents = new Map<string, Facts>();
  for (const one of packages) {
    const found = new Map<string, Facts>();
    const reading = one.read(options);
    for await (const item of reading.items) {
      if (item.kind === "restart") found.clear();
      else if (item.kind === "file") found.set(item.key, await look(item));
      else {
        const file = found.get(item.of);
        if (file !== undefined) found.set(item.key, file);
      }
    }
    requireExpected(one, reading.sha256());
    for (const [key, facts] of found) contents.set(key, facts);
  }
  return contents;
}

/** The keys that packages hold. */
export async function packageKeys(
  packages: readonly Package[],
  options: ReadOptions,
): Promise<Set<string>> {
  return new Set((await contentsOf(packages, options, () => true)).keys());
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
export type ExpectedFile = Required<WantedFile>;

/** The files that packages hold, with their digests. */
export async function expectedOf(
  packages: readonly Package[],
  options: ReadOptions,
): Promise<ExpectedFile[]> {
  const files = await contentsOf(packages, options, (file) => digestOf(file.chunks()));
  return Array.from(files, ([key, digest]) => ({ key, ...digest }));
}
