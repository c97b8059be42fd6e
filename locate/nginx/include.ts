/** A whole configuration: the main file and all that it includes. */
import { toText } from "../bytes.ts";
import { addAll, matching, newReading, type Reading, readSource } from "../config_files.ts";
import type { FileView } from "../file_view.ts";
import { isGlob } from "../glob.ts";
import type { Place } from "../source.ts";
import { type Directive, isFollowed } from "./directive.ts";
import { NGINX, parse } from "./parser.ts";

/**
 * The directives of a configuration, every `include` replaced by what it includes. Only includes in
 * blocks that are kept are read. Throws code `nginx-conf` for mistakes, files that cannot be read
 * and loops, with the place of the `include`.
 *
 * @param path the main file, absolute
 */
export async function readConfiguration(view: FileView, path: string): Promise<Directive[]> {
  // Relative names begin in the main file's folder, whichever file includes.
  const folder = path.slice(0, path.lastIndexOf("/") + 1);
  return await readFile(path, undefined, newReading(view, NGINX), folder);
}

async function readFile(
  path: string,
  from: Place | undefined,
  reading: Reading,
  folder: string,
): Promise<Directive[]> {
  const { source, within } = await readSource(path, from, reading);
  return await expand(parse(source), within, folder);
}

/** Most blocks include nothing; these are not copied. */
async function expand(
  directives: readonly Directive[],
  within: Reading,
  folder: string,
): Promise<Directive[]> {
  const expanded: Directive[] = [];
  for (const one of directives) {
    if (one.name === "include" && one.block === undefined) {
      addAll(expanded, await readIncluded(one, within, folder));
    } else if (one.block !== undefined && isFollowed(one.name) && includes(one.block)) {
      expanded.push({ ...one, block: await expand(one.block, within, folder) });
    } else expanded.push(one);
  }
  return expanded;
}

function includes(directives: readonly Directive[]): boolean {
  return directives.some(({ name, block }) =>
    name === "include" || (block !== undefined && includes(block))
  );
}

async function readIncluded(
  directive: Directive,
  within: Reading,
  folder: string,
): Promise<Directive[]> {
  const { args: [name = ""] } = directive;
  const path = name.startsWith("/") ? toText(name) : `${folder}${toText(name)}`;
  const files = isGlob(path) ? await matching(path, directive, within) : [path];
  const found: Directive[] = [];
  for (const file of files) addAll(found, await readFile(file, directive, within, folder));
  return found;
}
