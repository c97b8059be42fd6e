/**
 * A long manifest as the lines that were read. A line is parsed when it is asked for, and written
 * again as it is: what an import costs goes by its own files, not by those that lie there.
 */
import { Buffer } from "node:buffer";
import { pause } from "../util/concurrency.ts";
import { checksumLine } from "../util/digest.ts";
import { entriesAt, parseJson } from "../util/json.ts";
import {
  type FileRecord,
  isFileEntry,
  isPackageRecord,
  type PackageRecord,
} from "./manifest_records.ts";

/** How a manifest begins, up to its packages. */
export const BEGINNING = '{"version":1,"packages":[';

const BEHIND_PACKAGES = /\],"files":\{(?:\}\})?$/;

/** In bytes: a line holds a file, a package without its keys, or a key. */
const MAX_LINE = 64 * 1024;

/** Reads lines as they are written; undefined for those of another form. */
export async function parseLines(
  bytes: Uint8Array,
): Promise<{ files: FileLines; packages: PackageRecord[] } | undefined> {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  const packages: PackageRecord[] = [];
  const files = new FileLines(text);
  let inFiles = false;
  let [head, keysAt] = ["", 0];
  for (let at = 0, end = 0, line = 0; at < text.length; at = end + 1) {
    if (line++ % 256 === 0) await pause(); // to look at the clock takes longer than a line
    end = endOfLine(text, at);
    if (end - at > MAX_LINE) return undefined;
    if (inFiles) {
      files.add(at, end);
      continue;
    }
    if (at > 0 && text[at] === QUOTE && text[end - 2] === QUOTE) continue; // a package's key
    const shown = text.toString("utf8", at, end);
    if (at === 0 && !shown.startsWith(BEGINNING)) return undefined;
    inFiles = BEHIND_PACKAGES.test(shown);
    const [, plain = "", closes] = /^(.*?)(\]\},?)?$/.exec(shown.replace(BEHIND_PACKAGES, "")) ??
      [];
    if (at > 0 && plain.startsWith("{")) [head, keysAt] = [plain, end + 1];
    if (closes === undefined) continue;
    const to = end - (shown.length - plain.length); // what follows is ASCII
    packages.push(...packageOf(head, text.subarray(keysAt, Math.max(keysAt, to))));
  }
  return inFiles ? { files, packages } : undefined;
}

const [QUOTE, COMMA, BACKSLASH, BRACE, NEWLINE] = [0x22, 0x2c, 0x5c, 0x7d, 0x0a];

/** Not by Buffer's own indexOf, which is no native one. */
function endOfLine(text: Buffer, at: number): number {
  const newline = Uint8Array.prototype.indexOf.call(text, NEWLINE, at);
  return newline < 0 ? text.length : newline;
}

/** The keys of packages as they were read, to be written again. */
const keysOf = new WeakMap<PackageRecord, Buffer>();

/** The record of a package, if it is one; its keys are parsed when they are asked for. */
function packageOf(head: string, lines: Buffer): PackageRecord[] {
  const parsed = parseJson(`${head}]}`);
  if (!isPackageRecord(parsed)) return [];
  const { keys: _, ...rest } = parsed;
  const record = {
    ...rest,
    get keys() {
      return lines.toString().split("\n").flatMap(parseKey); // of no lines: of "", which is no JSON
    },
  };
  keysOf.set(record, lines);
  return [record];
}

function parseKey(line: string): string[] {
  const key = parseJson(line.replace(/,$/, ""));
  return typeof key === "string" ? [key] : [];
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
  delete(key: string): boolean;
}

/** So that nobody can make keys beforehand that are taken for each other. */
const [SEED = 0, OTHER_SEED = 0] = crypto.getRandomValues(new Int32Array(2));

/** 52 bits of a key in quotation marks, which begins at `start`. */
function hashOfKey(text: Buffer, start: number): number {
  let [high, low] = [SEED, OTHER_SEED];
  for (let at = start + 1, escaped = false; at < text.length; at++) {
    const byte = text[at] ?? 0;
    if (!escaped && byte === QUOTE) break;
    escaped = !escaped && byte === BACKSLASH;
    high = Math.imul(high ^ byte, 0x01000193);
    low = Math.imul(low ^ byte, 0x85ebca6b);
  }
  return (high >>> 0) * 2 ** 20 + (low >>> 12);
}

/** Lines of `"KEY":{RECORD},`, the last of which may end in `}}` instead of a comma. */
export class FileLines implements FileRecords {
  /** Where each line begins. */
  readonly #starts: number[] = [];
  /** Numbers of lines, by hash of their keys: as texts these would take as much memory as the lines. */
  readonly #lines = new Map<number, number>();

  constructor(private readonly text: Buffer) {}

  /** Takes in a line; of two with one key the later one counts, as with JSON. */
  add(start: number, end: number): void {
    const line = this.#starts.push(start) - 1;
    const last = end - (this.text[end - 1] === COMMA ? 2 : 3);
    if (this.text[start] !== QUOTE || this.text[last] !== BRACE) return;
    const hash = hashOfKey(this.text, start);
    this.#lines.delete(hash);
    this.#lines.set(hash, line);
  }

  get size(): number {
    return this.#lines.size;
  }

  /** Where a line begins, and ends: behind its record it has a comma, the last one two braces. */
  #bounds(line: number): [start: number, end: number] {
    const start = this.#starts[line] ?? 0;
    const end = endOfLine(this.text, start);
    return [start, end - (this.text[end - 1] === COMMA ? 1 : 2)];
  }

  #entry(line: number): [string, FileRecord] | undefined {
    const record = this.text.toString("utf8", ...this.#bounds(line));
    const [entry] = entriesAt(parseJson(`{${record}}`)); // none where somebody else wrote there
    return entry !== undefined && isFileEntry(entry) ? entry : undefined;
  }

  get(key: string): FileRecord | undefined {
    const line = this.#lines.get(hashOf(key));
    const [found, record] = line === undefined ? [] : this.#entry(line) ?? [];
    return found === key ? record : undefined;
  }

  has(key: string): boolean {
    return this.get(key) !== undefined;
  }

  delete(key: string): boolean {
    return this.#lines.delete(hashOf(key));
  }

  *[Symbol.iterator](): Generator<[string, FileRecord]> {
    for (const line of this.#lines.values()) {
      const entry = this.#entry(line);
      if (entry !== undefined) yield entry;
    }
  }

  *keys(): Generator<string> {
    for (const [key] of this) yield key;
  }

  /** Whether a file comes from a package. */
  haveFrom(sha256: string): boolean {
    const named = `"package":"${sha256}"`;
    for (let at = this.text.indexOf(named); at >= 0; at = this.text.indexOf(named, at + 1)) {
      const start = this.text.lastIndexOf(NEWLINE, at) + 1;
      const line = this.#lines.get(hashOfKey(this.text, start)) ?? -1;
      if (this.#starts[line] === start && this.#entry(line)?.[1].package === sha256) return true;
    }
    return false;
  }

  /** The lines in long runs, each without what is behind its last record. */
  *runs(): Generator<Uint8Array> {
    const run = (first: number, last: number) =>
      this.text.subarray(this.#starts[first], this.#bounds(last)[1]);
    let [first, last] = [-1, -1];
    for (const line of this.#lines.values()) {
      if (first >= 0 && line !== last + 1) yield run(first, last);
      if (first < 0 || line !== last + 1) first = line;
      last = line;
    }
    if (first >= 0) yield run(first, last);
  }

  /** Lines for `sha256sum -c`. */
  *checksums(): Generator<string> {
    for (const line of this.#lines.values()) {
      const [, key, sha256] = PLAIN.exec(this.text.toString("utf8", ...this.#bounds(line))) ?? [];
      const entry = key === undefined ? this.#entry(line) : undefined;
      if (key !== undefined) yield `${sha256}  ${key}\n`;
      else if (entry !== undefined) yield checksumLine(entry[1].sha256, entry[0]);
    }
  }
}

function hashOf(key: string): number {
  return hashOfKey(Buffer.from(JSON.stringify(key)), 0);
}

/** A line as it is written, with a key that has no need of escapes. */
const PLAIN = /^"([^"\\]+)":\{"size":\d+,"mode":\d+,"sha256":"([0-9a-f]{64})"/;
