/** One file, as HTTP serves it: GET and HEAD, whole or in part, by RFC 9110. */
import { fileEtag } from "../core/file_etag.ts";
import { type ByteRange, byteRange } from "./byte_range.ts";
import { contentType } from "./content_type.ts";
import type { Digests } from "./digests.ts";
import type { Found } from "./find_file.ts";
import { rangeCounts, type Validators, weighConditions } from "./preconditions.ts";

/** Makes the body of an answer from an open file, which it closes. */
export type MakeBody = (file: Deno.FsFile, range: ByteRange) => BodyInit;

/**
 * Answers with a file. Length, validators and bytes are of one open file: an import that puts another
 * one under its name meanwhile changes nothing for this answer.
 */
export async function fileAnswer(
  { method, headers }: Request,
  { path, key }: Extract<Found, { kind: "file" }>,
  digests: Digests,
  makeBody: MakeBody,
): Promise<Response> {
  const file = await Deno.open(path);
  let handedOver = false;
  try {
    const info = await file.stat();
    const validators = validatorsOf(key, info, digests);
    const verdict = weighConditions(headers, validators);
    const described = describe(key, validators);
    if (verdict === "failed") return new Response(null, { status: 412, headers: described });
    if (verdict === "not modified") return new Response(null, { status: 304, headers: described });
    const range = rangeOf(method, headers, info.size, validators);
    if (range === "none") return unsatisfiable(info.size, described);
    const whole: ByteRange = { start: 0, end: info.size - 1 };
    const { start, end } = range ?? whole;
    if (range !== undefined) described.set("content-range", `bytes ${start}-${end}/${info.size}`);
    described.set("content-length", String(end - start + 1));
    const status = range === undefined ? 200 : 206;
    if (method === "HEAD" || info.size === 0) {
      return new Response(null, { status, headers: described });
    }
    handedOver = true;
    return new Response(makeBody(file, range ?? whole), { status, headers: described });
  } finally {
    if (!handedOver) file.close();
  }
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
  const seconds = info.mtime === null ? undefined : Math.floor(info.mtime.getTime() / 1000);
  return {
    ...(etag === undefined ? {} : { etag: `"${etag}"` }),
    ...(seconds === undefined ? {} : { modified: new Date(seconds * 1000) }),
  };
}

/** What each answer about a file says, whatever its status. */
function describe(key: string, { etag, modified }: Validators): Headers {
  const headers = new Headers({
    "accept-ranges": "bytes",
    "content-type": contentType(key),
    // Caches on the way may keep it, but are to ask, and to change nothing: digests are compared.
    "cache-control": "no-cache, no-transform",
    "x-content-type-options": "nosniff",
    // A page from a package is shown, but runs nothing in our name.
    "content-security-policy": "sandbox",
  });
  if (etag !== undefined) headers.set("etag", etag);
  if (modified !== undefined) headers.set("last-modified", modified.toUTCString());
  return headers;
}

function unsatisfiable(size: number, headers: Headers): Response {
  headers.set("content-range", `bytes */${size}`);
  headers.delete("content-type");
  return new Response(null, { status: 416, headers });
}
