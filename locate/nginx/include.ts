/** A whole configuration: the main file and all that it includes. */
import { BinimportError } from "../../core/errors.ts";
import { fromBuffer, toText } from "../bytes.ts";
import { type FileView, Unreadable } from "../file_view.ts";
import { type Directive, isFollowed } from "./directive.ts";
import { glob, isGlob } from "../glob.ts";
import { NGINX, parse } from "./parser.ts";
import { type Place, placeText, sourceOf } from "../source.ts";

/** All files together, in bytes, at the most: files that include others twice grow fast. */
const MAX_BYTES = 512 * 1024 * 1024;

interface Reading {
  readonly view: FileView;
  /** Where relative names begin: the main file's folder, whichever file includes. */
  readonly folder: string;
  /** The files being read, outermost first. */
  readonly open: readonly string[];
  readonly total: { bytes: number };
}

/**
 * The directives of a configuration, every `include` replaced by what it includes. Only includes in
 * blocks that are kept are read. Throws code `nginx-conf` for mistakes, files that cannot be read
 * and loops, with the place of the `include`.
 *
 * @param path the main file, absolute
 */
export async function readConfiguration(view: FileView, path: string): Promise<Directive[]> {
  const folder = path.slice(0, path.lastIndexOf("/") + 1);
  return await readFile(path, undefined, { view, folder, open: [], total: { bytes: 0 } });
}

async function readFile(
  path: string,
  from: Place | undefined,
  reading: Reading,
): Promise<Directive[]> {
  const { view, open, total } = reading;
  if (open.includes(path)) {
    throw unreadable(path, from, `it includes itself: ${[...open, path].join(" → ")}`, NO_START);
  }
  const bytes = await readBytes(path, from, view);
  total.bytes += bytes.length;
  if (total.bytes > MAX_BYTES) {
    const limit = `${MAX_BYTES / 1024 / 1024} MiB`;
    throw unreadable(path, from, `the configuration is larger than ${limit}`, "Give --root DIR.");
  }
  const directives = parse(sourceOf(path, fromBuffer(bytes), NGINX));
  return await expand(directives, { ...reading, open: [...open, path] });
}

/** Most blocks include nothing; these are not copied. */
async function expand(directives: readonly Directive[], reading: Reading): Promise<Directive[]> {
  const expanded: Directive[] = [];
  for (const one of directives) {
    if (one.name === "include" && one.block === undefined) {
      for (const included of await readIncluded(one, reading)) expanded.push(included);
    } else if (one.block !== undefined && isFollowed(one.name) && includes(one.block)) {
      expanded.push({ ...one, block: await expand(one.block, reading) });
    } else expanded.push(one);
  }
  return expanded;
}

function includes(directives: readonly Directive[]): boolean {
  return directives.some(({ name, block }) =>
    name === "include" || (block !== undefined && includes(block))
  );
}

async function readIncluded(directive: Directive, reading: Reading): Promise<Directive[]> {
  const { args: [name = ""] } = directive;
  const path = name.startsWith("/") ? toText(name) : `${reading.folder}${toText(name)}`;
  if (!isGlob(path)) return await readFile(path, directive, reading);
  const found: Directive[] = [];
  for (const match of await globbed(path, directive, reading)) {
    for (const one of await readFile(match, directive, reading)) found.push(one);
  }
  return found;
}

async function globbed(path: string, from: Place, { view }: Reading): Promise<string[]> {
  try {
    return await glob(view, path);
  } catch (error) {
    throw translated(error, path, from);
  }
}

async function readBytes(
  path: string,
  from: Place | undefined,
  view: FileView,
): Promise<Uint8Array> {
  try {
    return await view.read(path);
  } catch (error) {
    throw translated(error, path, from);
  }
}

function translated(error: unknown, path: string, from: Place | undefined): unknown {
  return error instanceof Unreadable ? unreadable(path, from, error.message, error.hint) : error;
}

const NO_START = "nginx itself would not start: see nginx -t.";

function unreadable(
  path: string,
  from: Place | undefined,
  state: string,
  hint: string,
): BinimportError {
  const included = from === undefined ? "" : `, included at ${placeText(from)}`;
  const what = `Cannot read ${JSON.stringify(path)}${included}`;
  return new BinimportError("nginx-conf", `${what}: ${state}`, { hint });
}
