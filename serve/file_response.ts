/** One file, as HTTP serves it: GET and HEAD, whole or in part, by RFC 9110. */
import { lookup } from "mrmime";
import { combineRanges, parse } from "range-parser";
import { fileEtag } from "../core/storage/mod.ts";
import { openForeignFile } from "../core/util/foreign_file.ts";
import type { Answer } from "./answer.ts";
import type { Digests } from "./digests.ts";
import { httpDate } from "./http_date.ts";
import type { Asked, PathLookup } from "./lookup.ts";

/** Answers with a file; one that an import puts under its name meanwhile changes nothing for this. */
export async function fileAnswer(
  { method, headers }: Pick<Asked, "method" | "headers">,
  { path, key }: Extract<PathLookup, { kind: "file" }>,
  digests: Digests,
): Promise<Answer> {
  const file = openForeignFile(path, { follow: false, inside: path });
  let answer: Answer | undefined;
  try {
    const info = await file.stat();
    const validators = validatorsOf(key, info, digests);
    const described = describe(key, validators);
    const refused = weighConditions(headers, validators);
    answer = refused === undefined
      ? bytesAnswer(method, headers, file, info.size, described, validators)
      : { status: refused, headers: described };
    return answer;
  } finally {
    if (answer?.body === undefined) file.close();
  }
}

function bytesAnswer(
  method: string,
  headers: Headers,
  file: Deno.FsFile,
  size: number,
  described: Record<string, string>,
  validators: Validators,
): Answer {
  // Range is for GET alone (section 14.2).
  const range = method === "GET" && rangeCounts(headers, validators)
    ? byteRange(headers.get("range"), size)
    : undefined;
  if (range === "none") {
    const { "content-type": _ofTheFile, ...rest } = described;
    return { status: 416, headers: { ...rest, "content-range": `bytes */${size}` } };
  }
  const { start, end } = range ?? { start: 0, end: size - 1 };
  if (range !== undefined) described["content-range"] = `bytes ${start}-${end}/${size}`;
  described["content-length"] = String(end - start + 1);
  const status = range === undefined ? 200 : 206;
  if (size === 0 || method === "HEAD") return { status, headers: described };
  return { status, headers: described, body: { file, start, end } };
}

/**
 * The entity tag is the file's SHA-256 where that is known, so that it is the same on every mirror.
 * Before that it is made of what the inode tells; of a file touched within this second, nothing is.
 */
function validatorsOf(key: string, info: Deno.FileInfo, digests: Digests): Validators {
  const touched = fileEtag(info);
  const digest = digests.find(key, touched);
  const etag = typeof digest === "string" ? touched : digest.sha256;
  const seconds = Math.floor((info.mtime?.getTime() ?? NaN) / 1000);
  // A date in a header has a year of four digits (RFC 9110, 5.6.7); a file's may be any, or none.
  const isHttpYear = seconds >= 0 && seconds < 253_402_300_800;
  return {
    ...(etag !== undefined && { etag: `"${etag}"` }),
    ...(isHttpYear && { modified: new Date(seconds * 1000) }),
  };
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
    ...(etag !== undefined && { etag }),
    ...(modified !== undefined && { "last-modified": modified.toUTCString() }),
  };
}

/** What tells one version of a file from another. */
interface Validators {
  /** A strong entity tag, with its quotes; absent where none can be vouched for. */
  readonly etag?: string;
  /** When it was last written, in whole seconds. */
  readonly modified?: Date;
}

/** The status where a condition of a GET or HEAD fails, by the order of section 13.2.2. */
function weighConditions(headers: Headers, { etag, modified }: Validators) {
  const isNewer = (date: Date) => modified === undefined || modified > date;
  const match = headers.get("if-match");
  const unmodifiedSince = httpDate(headers.get("if-unmodified-since"));
  if (match !== null) {
    if (!lists(match, etag, "strong")) return 412;
  } else if (unmodifiedSince !== undefined && isNewer(unmodifiedSince)) return 412;
  const noneMatch = headers.get("if-none-match");
  if (noneMatch !== null) return lists(noneMatch, etag, "weak") ? 304 : undefined;
  const modifiedSince = httpDate(headers.get("if-modified-since"));
  return modifiedSince !== undefined && !isNewer(modifiedSince) ? 304 : undefined;
}

/** Whether a Range counts (section 13.1.5). As with nginx a date must be the same to the second. */
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

/** A part from the first byte on, or one of the last bytes; blanks left out. */
const FROM_START = /[=,]0*-/;

/** The result codes of `parse` are bits. */
const MALFORMED = 1;

/**
 * The part that the header `Range` asks for, or "none" when the file has none of it. `undefined`, for
 * all of the file, where it is malformed, of another unit, or asks for several parts that lie apart.
 */
function byteRange(header: string | null, size: number) {
  const { type, code, ranges } = parse(size, header ?? "");
  if (type !== "bytes" || (code & MALFORMED) !== 0) return undefined;
  // An empty file is sent whole to who asks for it from its beginning, as nginx does; a client that
  // goes on with what it has (curl -C -) would take 416 for a failure.
  if (ranges.length === 0) {
    const parts = (header ?? "").replaceAll(/\s/g, "");
    return code === 0 || (size === 0 && FROM_START.test(parts)) ? undefined : "none";
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
