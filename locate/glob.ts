/** File names that match a pattern, as glob(3) finds them for nginx. */
import { wildcard } from "../core/util/wildcard.ts";
import { toBytes } from "./bytes.ts";
import type { FileView } from "./file_view.ts";

/** Whether nginx takes a path for a pattern. */
export function isGlob(path: string): boolean {
  return /[*?[]/.test(path);
}

/**
 * The paths that match, sorted by their bytes (so `10-x` comes before `9-y`). `*` and `?` match
 * neither a slash nor a leading dot.
 *
 * @param pattern an absolute path with `*`, `?` or `[…]`
 */
export async function glob(view: FileView, pattern: string): Promise<string[]> {
  let found = [""];
  const parts = pattern.split("/").slice(1);
  for (const [i, part] of parts.entries()) {
    const next: string[] = [];
    const last = i === parts.length - 1;
    for (const folder of found) next.push(...await matches(view, folder, part, last));
    found = next;
  }
  const sortable = found.map((path) => ({ path, bytes: toBytes(path) }));
  return sortable.sort((a, b) => a.bytes < b.bytes ? -1 : 1).map(({ path }) => path);
}

async function matches(
  view: FileView,
  folder: string,
  part: string,
  last: boolean,
): Promise<string[]> {
  if (!isGlob(part)) {
    const path = `${folder}/${part}`;
    return !last || await view.kind(path) !== undefined ? [path] : [];
  }
  const takes = wildcard(part, { classes: true });
  const dots = part.startsWith(".") || part.startsWith("\\.");
  const names = await view.names(folder === "" ? "/" : folder);
  return names.filter((name) => (dots || !name.startsWith(".")) && takes(name))
    .map((name) => `${folder}/${name}`);
}
