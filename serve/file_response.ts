/** One file, as HTTP serves it: GET and HEAD, whole or in part, by RFC 9110. */
import { lookup } from "mrmime";
import { combineRanges, parse } from "range-parser";
import { fileEtag } from "../core/storage/mod.ts";
import { openForeignFile } from "../core/util/foreign_file.ts";
import type { Answer, FilePart } from "./answer.ts";
import type { Digests } from "./digests.ts";
import { httpDate } from "./http_date.ts";
import type { Asked, PathLookup } from "./lookup.ts";

/**
 * Answers with a file. Length, validators and bytes are of one open file: an import that puts another
 * one under its name meanwhile changes nothing for this answer.
 */
export async function fileAnswer(
  { method, headers }: Pick<Asked, "method" | "headers">,
  { path, key }: Extract<PathLookup, { kind: "file" }>,
  digests: Digests,
): Promise<Answer> {
  const file = openForeignFile(path, { follow: false, inside: path });
  let answer: Answer | undefined;
  try {
    const info = await file.stat();
    answer = answerFor(method, headers, file, info.size, key, validatorsOf(key, info, digests));
    return answer;
  } finally {
    if (answer?.body === undefined) file.close();
  }
}

function answerFor(
  method: string,
  headers: Headers,
  file: Deno.FsFile,
  size: number,
  key: string,
  validators: Validators,
): Answer {
  const verdict = weighConditions(headers, validators);
  const described = describe(key, validators);
  if (verdict === "failed") return { status: 412, headers: described };
  if (verdict === "not modified") return { status: 304, headers: described };
  const range = rangeOf(method, headers, size, validators);
  if (range === "none") return unsatisfiable(size, described);
  const { start, end } = range ?? { start: 0, end: size - 1 };
  if (range !== undefined) described["content-range"] = `bytes ${start}-${end}/${size}`;
  described["content-length"] = String(end - start + 1);
  const status = range === undefined ? 200 : 206;
  if (size === 0 || method === "HEAD") return { status, headers: described };
  return { status, headers: described, body: { file, start, end } };
}

/** Range is for GET alone (section 14.2). */
function rangeOf(
  method: string,
  headers: Headers,
  size: number,
  validators: Validators,
): ByteRange | "none" | undefined {
  return method === "GET" && rangeCounts(headers, validators)
    ? byteRange(headers.get("range"), size)
    : undefined;
}

/**
 * The entity tag is the file's SHA-256 where that is known, so that it is the same on every mirror.
 * Before that it is made of what the inode tells; of a file touched within this second, nothing is.
 */
function validatorsOf(key: string, info: Deno.FileInfo, digests: Digests): Validators {
  const touched = fileEtag(info);
  const digest = touched === undefined ? undefined : digests.find(key, touched);
  const etag = digest?.kind === "known" ? digest.sha256 : touched;
  const seconds = Math.floor((info.mtime?.getTime() ?? NaN) / 1000);
  return {
    ...(etag === undefined ? {} : { etag: `"${etag}"` }),
    ...(isHttpYear(seconds) ? { modified: new Date(seconds * 1000) } : {}),
  };
}

/** A date in a header has a year of four digits (RFC 9110, 5.6.7); a file's may be any, or none. */
function isHttpYear(seconds: number): boolean {
  return seconds >= 0 && seconds < 253_402_300_800;
}

/** What each answer about a file says, whatever its status. */
function describe(key: string, { etag, modified }: Validators): Record<string, string> {
  return {
    "accept-ranges": "bytes",
    "content-type": contentType(key),
    // Caches on the way may keep it, but are to ask, and to change nothing: digests are compared.
    "cache-control": "no-cache, no-transform",
    "x-content-type-options": "nosniff",
    // A page from a package is shown, but runs nothing in our name.
    "content-security-policy": "sandbox",
    ...(etag === undefined ? {} : { etag }),
    ...(modified === undefined ? {} : { "last-modified": modified.toUTCString() }),
  };
}

function unsatisfiable(size: number, described: Readonly<Record<string, string>>): Answer {
  const { "content-type": _ofTheFile, ...headers } = described;
  return { status: 416, headers: { ...headers, "content-range": `bytes */${size}` } };
}

/** What tells one version of a file from another. */
export interface Validators {
  /** A strong entity tag, with its quotes; absent where none can be vouched for. */
  readonly etag?: string;
  /** When it was last written, in whole seconds. */
  readonly modified?: Date;
}

/** What the conditions of a request come to. */
export type Verdict = "go on" | "not modified" | "failed";

/** Weighs the conditions of a GET or HEAD in the order of section 13.2.2. */
function weighConditions(headers: Headers, validators: Validators): Verdict {
  const match = headers.get("if-match");
  const unmodified = httpDate(headers.get("if-unmodified-since"));
  if (match !== null) {
    if (!lists(match, validators.etag, "strong")) return "failed";
  } else if (unmodified !== undefined && isNewer(validators, unmodified)) return "failed";
  const noneMatch = headers.get("if-none-match");
  if (noneMatch !== null) {
    return lists(noneMatch, validators.etag, "weak") ? "not modified" : "go on";
  }
  const modified = httpDate(headers.get("if-modified-since"));
  return modified !== undefined && !isNewer(validators, modified) ? "not modified" : "go on";
}

/**
 * Whether a Range counts (section 13.1.5): the client's part must be of this very version. A date
 * must be the same to the second; nginx takes it so, too.
 */
function rangeCounts(headers: Headers, { etag, modified }: Validators): boolean {
  const condition = headers.get("if-range");
  if (condition === null) return true;
  if (/^(?:W\/)?"/.test(condition)) return condition === etag;
  return modified !== undefined && httpDate(condition)?.getTime() === modified.getTime();
}

/** Whether a list of entity tags, or `*`, names this one. Weakly, `W/` does not count. */
function lists(list: string, etag: string | undefined, comparison: "strong" | "weak"): boolean {
  if (list.trim() === "*") return true;
  const tags = list.match(/(?:W\/)?"[^"]*"/g) ?? [];
  return etag !== undefined &&
    tags.some((tag) => (comparison === "weak" ? tag.replace(/^W\//, "") : tag) === etag);
}

function isNewer({ modified }: Validators, date: Date): boolean {
  return modified === undefined || modified > date;
}

type ByteRange = Pick<FilePart, "start" | "end">;

/** A part from the first byte on, or one of the last bytes. */
const FROM_START = /=\s*(?:0*-|.*,\s*0*-)/;

/** The result codes of `parse` are bits. */
const MALFORMED = 1;

/**
 * The part that the header `Range` asks for, or "none" when the file has none of it. `undefined` when
 * all of the file is to be sent, which is right for a header that is malformed, of another unit, or
 * asks for several parts that neither meet nor overlap: a server may ignore those.
 */
function byteRange(header: string | null, size: number): ByteRange | "none" | undefined {
  const { type, code, ranges } = parse(size, header ?? "");
  if (type !== "bytes" || (code & MALFORMED) !== 0) return undefined;
  // An empty file is sent whole to who asks for it from its beginning, as nginx does; a client that
  // goes on with what it has (curl -C -) would take 416 for a failure.
  if (ranges.length === 0) {
    return code === 0 || (size === 0 && FROM_START.test(header ?? "")) ? undefined : "none";
  }
  const [first, ...others] = combineRanges(ranges);
  return first === undefined || others.length > 0
    ? undefined
    : { start: first.start, end: first.end };
}

/** What packages are full of, and what lists made for the web leave out. */
const ARCHIVES: Readonly<Record<string, string>> = {
  "7z": "application/x-7z-compressed",
  asc: "text/plain",
  bz2: "application/x-bzip2",
  deb: "application/vnd.debian.binary-package",
  iso: "application/x-iso9660-image",
  qcow2: "application/x-qemu-disk",
  rpm: "application/x-rpm",
  sha256: "text/plain",
  sha512: "text/plain",
  tar: "application/x-tar",
  tgz: "application/gzip",
  whl: "application/zip",
  xz: "application/x-xz",
  yaml: "application/yaml", // RFC 9512
  yml: "application/yaml",
  zst: "application/zstd",
};

/** The media type for a file; that of unknown bytes when its name tells nothing. */
export function contentType(key: string): string {
  const [, extension = ""] = /\.([^./]+)$/.exec(key.toLowerCase()) ?? [];
  return ARCHIVES[extension] ?? lookup(extension) ?? "application/octet-stream";
}
