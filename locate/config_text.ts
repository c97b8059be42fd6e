/** One file of a configuration, and the errors that point into it. */
import { BinimportError } from "../core/util/errors.ts";
import { fromBuffer, toText } from "./bytes.ts";
import { type FileView, glob, isGlob, Unreadable } from "./file_view.ts";

/** What a file is written in, such as `nginx configuration`, and what to do about a mistake in it. */
export interface Dialect {
  readonly title: string;
  readonly hint: string;
  /** Whether NUL bytes are left to whoever reads it. Default: they are refused. */
  readonly takesNul?: true;
}

/** A file that was read. */
export interface Source {
  readonly dialect: Dialect;
  readonly file: string;
  /** Its bytes, one character each. */
  readonly text: string;
  readonly mayHoldNul: boolean;
}

export function sourceOf(file: string, text: string, dialect: Dialect): Source {
  return { file, text, dialect, mayHoldNul: text.includes("\0") };
}

/** A file, and a line in it from 1. */
export interface Place {
  readonly file: string;
  readonly line: number;
}

/** `FILE:LINE`. */
export function placeText({ file, line }: Place): string {
  return `${file}:${line}`;
}

/** The error for a mistake at an offset: file, line and column, and the line with a mark under it. */
export function syntaxError(
  { file, text, dialect }: Source,
  offset: number,
  state: string,
  hint: string = dialect.hint,
): BinimportError {
  const before = text.slice(0, offset);
  const start = before.lastIndexOf("\n") + 1;
  const end = text.indexOf("\n", start);
  const line = printable(text.slice(start, end < 0 ? undefined : end));
  const column = printable(text.slice(start, offset)).length;
  const cut = Math.max(0, column - 60);
  const shown = `${cut > 0 ? "…" : ""}${line.slice(cut, cut + 100)}`;
  const mark = " ".repeat(column - cut + (cut > 0 ? 1 : 0)) + "^";
  const place = `${file}:${countLines(before)}:${column + 1}`;
  const message = `Cannot read the ${dialect.title}: ${place}: ${state}\n    ${shown}\n    ${mark}`;
  return new BinimportError("nginx-conf", message, { hint });
}

export function countLines(text: string): number {
  return text.split("\n").length;
}

/** What `word` matches, each with what `blank` does before it; both are sticky. */
export function* wordsIn(
  source: Source,
  blank: RegExp,
  word: RegExp,
): Generator<{ match: RegExpExecArray; blank: string; offset: number; line: number }> {
  const { text } = source;
  let [offset, line] = [0, 1];
  for (;;) {
    blank.lastIndex = offset;
    const [skipped = ""] = blank.exec(text) ?? [];
    offset += skipped.length;
    if (offset >= text.length) return;
    line += countLines(skipped) - 1;
    word.lastIndex = offset;
    const match = word.exec(text);
    if (match === null) throw syntaxError(source, offset, "a character that cannot stand here");
    yield { match, blank: skipped, offset, line };
    offset += match[0].length;
    line += countLines(match[0]) - 1;
  }
}

/** One column each: what would move the cursor is shown as a middle dot. */
function printable(bytes: string): string {
  return toText(bytes.replace(/\r$/, "")).replaceAll("\t", " ").replace(/\p{C}/gu, "·");
}

/** All files together, in bytes, at the most: files that include others twice grow fast. */
const MAX_BYTES = 64 * 1024 * 1024;

/** Adds to a list, which may be too long for the arguments of one call. */
export function addAll<T>(list: T[], others: Iterable<T>): void {
  for (const one of others) list.push(one);
}

/** Gives what the files hold that a path names, which may be a pattern. */
export type Include<T, From extends Place = Place> = (path: string, from: From) => Promise<T[]>;

/** What a file holds with all that it includes, each read by `read`. */
export async function readAll<T, From extends Place = Place>(
  path: string,
  { view }: { readonly view: FileView },
  dialect: Dialect,
  read: (source: Source, include: Include<T, From>, from: From | undefined) => Promise<T[]>,
): Promise<T[]> {
  let total = 0;
  const readFile = async (path: string, from: From | undefined, open: readonly string[]) => {
    const within = [...open, path];
    const bytes = await attempt(path, from, async () => {
      if (open.includes(path)) {
        throw new Unreadable(`it includes itself: ${within.join(" → ")}`, dialect.hint);
      }
      const bytes = await view.read(path);
      total += bytes.length;
      if (total <= MAX_BYTES) return bytes;
      throw new Unreadable("the configuration is larger than 64 MiB", "Give --root DIR.");
    });
    const include = async (path: string, from: From) => {
      const found: T[] = [];
      for (const file of await includedBy(path, from, view)) {
        addAll(found, await readFile(file, from, within));
      }
      return found;
    };
    const source = sourceOf(path, fromBuffer(bytes), dialect);
    if (source.mayHoldNul && !dialect.takesNul) {
      throw syntaxError(source, source.text.indexOf("\0"), "a NUL byte");
    }
    return await read(source, include, from);
  };
  return await readFile(path, undefined, []);
}

/** The files that a path names, which may be a pattern; sorted as {@linkcode glob} does. */
export async function includedBy(path: string, from: Place, view: FileView): Promise<string[]> {
  return isGlob(path) ? await attempt(path, from, () => glob(view, path)) : [path];
}

/** Throws code `nginx-conf` for what cannot be read, for loops and for too much. */
async function attempt<T>(path: string, from: Place | undefined, read: () => Promise<T>) {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    const included = from === undefined ? "" : `, included at ${placeText(from)}`;
    const what = `Cannot read ${JSON.stringify(path)}${included}`;
    throw new BinimportError("nginx-conf", `${what}: ${error.message}`, { hint: error.hint });
  }
}
