/**
 * A long manifest as the lines that were read. A line is parsed when it is asked for, and written
 * again as it is: what an import costs goes by its own files, not by those that lie there.
 */
import { Buffer } from "node:buffer";
import { pause } from "../util/concurrency.ts";
import { checksumLine } from "../util/digest.ts";
import {
  type FileRecord,
  isFileEntry,
  isPackageRecord,
  isRecord,
  type PackageRecord,
} from "./manifest_records.ts";

/** How a manifest begins, up to its packages. */
export const BEGINNING = '{"version":1,"packages":[';

const BEHIND_PACKAGES = /\],"files":\{(?:\}\})?$/;

/** In bytes: a line holds a file, a package without its keys, or a key. */
const MAX_LINE = 64 * 1024;

/** Reads lines as they are written; undefined, or a `SyntaxError`, for those of another form. */
export async function parseLines(
  bytes: Uint8Array,
): Promise<{ files: FileLines; packages: PackageRecord[] } | undefined> {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const packages: PackageRecord[] = [];
  const starts: number[] = [];
  let inFiles = false;
  let [head, keysAt] = ["", 0];
  for (let at = 0, line = 0; at < text.length; line++) {
    await pause();
    const newline = text.indexOf(NEWLINE, at);
    const end = newline < 0 ? text.length : newline;
    if (end - at > MAX_LINE) return undefined;
    if (inFiles) {
      const isFile = text[at] === QUOTE && text[end - (text[end - 1] === COMMA ? 2 : 3)] === BRACE;
      if (isFile) starts.push(at);
    } else {
      const shown = text.toString("utf8", at, end);
      if (line === 0 && !shown.startsWith(BEGINNING)) return undefined;
      inFiles = BEHIND_PACKAGES.test(shown);
      const [, plain = "", closes] = /^(.*?)(\]\},?)?$/.exec(shown.replace(BEHIND_PACKAGES, "")) ??
        [];
      if (line > 0 && plain.startsWith("{")) [head, keysAt] = [plain, end + 1];
      if (closes !== undefined) {
        const to = end - (shown.length - plain.length); // what follows is ASCII
        packages.push(...packageOf(head, text.subarray(keysAt, Math.max(keysAt, to))));
      }
    }
    at = end + 1;
  }
  return inFiles ? { files: new FileLines(text, starts), packages } : undefined;
}

const NEWLINE = 10;

/** The keys of packages as they were read, to be written again. */
const keysOf = new WeakMap<PackageRecord, Buffer>();

/** The record of a package, if it is one; its keys are parsed when they are asked for. */
function packageOf(head: string, lines: Buffer): PackageRecord[] {
  const parsed: unknown = JSON.parse(`${head}]}`);
  if (!isPackageRecord(parsed)) return [];
  const { keys: _, ...rest } = parsed;
  const record = {
    ...rest,
    get keys() {
      return lines.length === 0 ? [] : lines.toString().split("\n").flatMap(parseKey);
    },
  };
  keysOf.set(record, lines);
  return [record];
}

function parseKey(line: string): string[] {
  try {
    const key: unknown = JSON.parse(line.replace(/,$/, ""));
    return typeof key === "string" ? [key] : [];
  } catch {
    return [];
  }
}

/** The lines of a package's keys, in one piece, if they were read as such. */
export function keyLines(record: PackageRecord): readonly Uint8Array[] | undefined {
  const read = keysOf.get(record);
  return read && (read.length === 0 ? [] : [read]);
}

/** Files by key, as a Map has them. */
export interface FileRecords extends Iterable<[string, FileRecord]> {
  readonly size: number;
  get(key: string): FileRecord | undefined;
  has(key: string): boolean;
  keys(): IterableIterator<string>;
  values(): Iterable<FileRecord>;
  delete(key: string): boolean;
}

/** A key with more than so many of others at its place in the index is not found: it was made so. */
const MAX_PROBES = 64;

/** So that nobody can make keys beforehand that all have one place. */
const SEED = crypto.getRandomValues(new Int32Array(1))[0] ?? 0;

const [QUOTE, COMMA, COLON, BACKSLASH, BRACE] = [0x22, 0x2c, 0x3a, 0x5c, 0x7d];

/** Lines of `"KEY":{RECORD},`, the last of which may end in `}}` instead of a comma. */
export class FileLines implements FileRecords {
  /** By hash of the key: the number of the line plus 1, and 0 where there is none. */
  readonly #index: Uint32Array;
  size = 0;
  /** What was parsed last: who asks for a key most often asks again. */
  #last: { readonly start: number; readonly record: FileRecord | undefined } = {
    start: 0,
    record: undefined,
  };

  /** Lines of `text` that begin at `starts`; a deleted one begins at 0, where none does. */
  constructor(private readonly text: Buffer, private readonly starts: number[]) {
    this.#index = new Uint32Array(2 ** Math.ceil(Math.log2(starts.length * 2 + 2)));
    for (const line of starts.keys()) this.#add(line);
  }

  #add(line: number): void {
    const start = this.starts[line] ?? 0;
    const place = this.#place(this.text, start, this.#keyEnd(start));
    if (place === undefined) return;
    const former = this.#index[place] ?? 0;
    if (former > 0) this.starts[former - 1] = 0; // the later one counts, as with JSON
    else this.size++;
    this.#index[place] = line + 1;
  }

  /** Behind the quotation mark that ends the key of a line. */
  #keyEnd(start: number): number {
    for (let at = start + 1; at < this.text.length; at++) {
      const byte = this.text[at];
      if (byte === BACKSLASH) at++;
      else if (byte === QUOTE || byte === NEWLINE) return at + 1;
    }
    return this.text.length;
  }

  /** The place of a key in the index, as yet free or not; undefined where too many lie there. */
  #place(text: Buffer, from: number, to: number): number | undefined {
    let hash = SEED;
    for (let at = from; at < to; at++) hash = Math.imul(hash ^ (text[at] ?? 0), 0x01000193);
    hash ^= hash >>> 15;
    for (let probe = 0; probe < MAX_PROBES; probe++) {
      const place = (hash + probe) & (this.#index.length - 1);
      const line = this.#index[place] ?? 0;
      if (line === 0 || this.#isKey(this.starts[line - 1] ?? 0, text, from, to)) return place;
    }
    return undefined;
  }

  #isKey(start: number, text: Buffer, from: number, to: number): boolean {
    if (this.text[start + to - from] !== COLON) return false;
    for (let at = from; at < to; at++) {
      if (text[at] !== this.text[start + at - from]) return false;
    }
    return true;
  }

  /** The number of a key's line plus 1; 0 where there is none. */
  #lineOf(key: string): number {
    const text = Buffer.from(JSON.stringify(key));
    const place = this.#place(text, 0, text.length);
    return place === undefined ? 0 : this.#index[place] ?? 0;
  }

  #endOf(start: number): number {
    const newline = this.text.indexOf(NEWLINE, start);
    return newline < 0 ? this.text.length : newline;
  }

  /** Behind its record a line has a comma; the last one, two braces. */
  #recordEnd(start: number): number {
    const end = this.#endOf(start);
    return end - (this.text[end - 1] === COMMA ? 1 : 2);
  }

  #entry(start: number): [string, FileRecord] | undefined {
    try {
      const record = this.text.toString("utf8", start, this.#recordEnd(start));
      const parsed: unknown = JSON.parse(`{${record}}`);
      const [entry] = isRecord(parsed) ? Object.entries(parsed) : [];
      return entry !== undefined && isFileEntry(entry) ? entry : undefined;
    } catch {
      return undefined; // somebody else wrote there
    }
  }

  get(key: string): FileRecord | undefined {
    const start = this.starts[this.#lineOf(key) - 1] ?? 0;
    if (start === 0) return undefined;
    if (start !== this.#last.start) this.#last = { start, record: this.#entry(start)?.[1] };
    return this.#last.record;
  }

  has(key: string): boolean {
    return this.get(key) !== undefined;
  }

  delete(key: string): boolean {
    const line = this.#lineOf(key);
    if ((this.starts[line - 1] ?? 0) === 0) return false;
    this.starts[line - 1] = 0;
    this.size--;
    return true;
  }

  *[Symbol.iterator](): Generator<[string, FileRecord]> {
    for (const start of this.starts) {
      const entry = start === 0 ? undefined : this.#entry(start);
      if (entry !== undefined) yield entry;
    }
  }

  *keys(): Generator<string> {
    for (const [key] of this) yield key;
  }

  *values(): Generator<FileRecord> {
    for (const [, record] of this) yield record;
  }

  /** Whether a file comes from a package. */
  haveFrom(sha256: string): boolean {
    const named = `"package":"${sha256}"`;
    for (let at = this.text.indexOf(named); at >= 0; at = this.text.indexOf(named, at)) {
      const start = this.text.lastIndexOf(NEWLINE, at) + 1;
      const entry = this.#entry(start);
      if (entry?.[1].package === sha256 && this.starts[this.#lineOf(entry[0]) - 1] === start) {
        return true;
      }
      at = this.#endOf(start);
    }
    return false;
  }

  /** The lines in long runs, each without what is behind its last record. */
  *runs(): Generator<Uint8Array> {
    let [first, last] = [0, 0];
    for (let line = 0; line <= this.starts.length; line++) {
      const start = this.starts[line] ?? 0;
      if (start !== 0) {
        first ||= start;
        last = start;
      } else if (first !== 0) {
        yield this.text.subarray(first, this.#recordEnd(last));
        first = 0;
      }
    }
  }

  /** Lines for `sha256sum -c`. */
  *checksums(): Generator<string> {
    for (const start of this.starts) {
      if (start === 0) continue;
      const line = this.text.toString("utf8", start, this.#endOf(start));
      const [, key, sha256] = PLAIN.exec(line) ?? [];
      if (key !== undefined && sha256 !== undefined) yield `${sha256}  ${key}\n`;
      else {
        const entry = this.#entry(start);
        if (entry !== undefined) yield checksumLine(entry[1].sha256, entry[0]);
      }
    }
  }
}

/** A line as it is written, with a key that has no need of escapes. */
const PLAIN = /^"([^"\\]+)":\{"size":\d+,"mode":\d+,"sha256":"([0-9a-f]{64})"/;
