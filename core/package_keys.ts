/** Which keys packages hold. */
import { requireExpected } from "./checksum_file.ts";
import type { Package, ReadOptions } from "./package.ts";

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
