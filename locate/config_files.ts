/** The files of a configuration that include others: what cannot be read, loops, sizes. */
import { BinimportError } from "../core/errors.ts";
import { fromBuffer } from "./bytes.ts";
import { type FileView, Unreadable } from "./file_view.ts";
import { glob } from "./glob.ts";
import { type Dialect, type Place, placeText, type Source, sourceOf } from "./source.ts";

/** All files together, in bytes, at the most: files that include others twice grow fast. */
const MAX_BYTES = 512 * 1024 * 1024;

/** Files that are being read. */
export interface Reading {
  readonly view: FileView;
  readonly dialect: Dialect;
  /** The files being read, outermost first. */
  readonly open: readonly string[];
  readonly total: { bytes: number };
}

/** The beginning of a configuration, of which nothing is read yet. */
export function newReading(view: FileView, dialect: Dialect): Reading {
  return { view, dialect, open: [], total: { bytes: 0 } };
}

/**
 * Reads a file; `within` is for those that it includes. Throws code `nginx-conf` for what cannot be
 * read, for loops and for too much.
 *
 * @param from where it is included
 */
export async function readSource(
  path: string,
  from: Place | undefined,
  reading: Reading,
): Promise<{ readonly source: Source; readonly within: Reading }> {
  const { view, dialect, open, total } = reading;
  if (open.includes(path)) {
    const state = `it includes itself: ${[...open, path].join(" → ")}`;
    throw unreadable(path, from, state, dialect.hint);
  }
  const bytes = await attempt(path, from, () => view.read(path));
  total.bytes += bytes.length;
  if (total.bytes > MAX_BYTES) {
    const limit = `${MAX_BYTES / 1024 / 1024} MiB`;
    throw unreadable(path, from, `the configuration is larger than ${limit}`, "Give --root DIR.");
  }
  return {
    source: sourceOf(path, fromBuffer(bytes), dialect),
    within: { ...reading, open: [...open, path] },
  };
}

/** Adds to a list, which may be too long for the arguments of one call. */
export function addAll<T>(list: T[], others: Iterable<T>): void {
  for (const one of others) list.push(one);
}

/** The files that match a pattern, sorted; see {@linkcode glob}. */
export async function matching(pattern: string, from: Place, { view }: Reading): Promise<string[]> {
  return await attempt(pattern, from, () => glob(view, pattern));
}

async function attempt<T>(
  path: string,
  from: Place | undefined,
  read: () => Promise<T>,
): Promise<T> {
  try {
    return await read();
  } catch (error) {
    throw error instanceof Unreadable ? unreadable(path, from, error.message, error.hint) : error;
  }
}

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
