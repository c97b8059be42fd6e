/** Requests about one object. */
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";
import type { ObjectInfo } from "../../core/storage/mod.ts";
import { digestOf } from "../../core/util/digest.ts";
import { hasCode, messageOf } from "../../core/util/errors.ts";
import { retry } from "../../core/util/retry.ts";
import { failure } from "./errors.ts";
import type { Refusal } from "./refusal.ts";
import type { BucketRequest } from "./requests.ts";
import { ask, type BucketObject, knownEtag } from "./store.ts";

/** Whether a refusal says that there is no such object. */
export function isAbsent({ code = "" }: Refusal): boolean {
  return /^(NoSuchKey|NoSuchBucket|NotFound)$/.test(code);
}

export async function headObject(object: BucketObject): Promise<ObjectInfo | undefined> {
  const request = { method: "HEAD", expects: isAbsent } as const;
  const { code, headers } = await ask(object, "look up KEY in", request);
  if (code !== undefined) return undefined;
  const sha256 = String(headers["x-amz-meta-sha256"]);
  return {
    key: object.key,
    size: Number(headers["content-length"]),
    ...knownEtag(headers.etag),
    ...(/^[0-9a-f]{64}$/.test(sha256) && { sha256 }),
  };
}

export async function removeObject(object: BucketObject): Promise<void> {
  await ask(object, "remove KEY from", { method: "DELETE" });
}

/** The bytes of an object, read as fast as they are taken. */
export async function readObject(object: BucketObject): Promise<ReadableStream<Uint8Array>> {
  const request = { method: "GET", streams: true } as const;
  const { body, unexpected } = await ask(object, "read KEY from", request);
  if (body === undefined) throw unexpected();
  return body;
}

/** The headers that an object is stored with. `sha256` is that of all its bytes. */
export function objectHeaders(sha256: string | undefined): Record<string, string> {
  return {
    "content-type": "application/octet-stream",
    ...(sha256 !== undefined && { "x-amz-meta-sha256": sha256 }),
  };
}

/** Stores an object that is one part, in one request; again where the server has other bytes. */
export async function putObject(
  object: BucketObject,
  bytes: Buffer,
  sha256: string,
): Promise<ObjectInfo> {
  const headers = objectHeaders(sha256);
  const { signal } = object;
  return await retry(async () => {
    const { etag, isDoubtful } = await sendBody(object, bytes, { headers, sha256 });
    if (isDoubtful) await assertStored(object, sha256);
    return { key: object.key, size: bytes.length, etag, sha256 };
  }, { retries: 2, signal, worthIt: (error) => hasCode(error, "integrity") });
}

/** What the server has of a body. */
export interface StoredBody {
  readonly etag: string;
  /** Its checksum in base64. */
  readonly crc: string;
  /** Whether the server has shown something else than its MD5, and no checksum. */
  readonly isDoubtful: boolean;
}

/**
 * Sends a body, guarded by a CRC-32, which costs a tenth of signing its SHA-256 (0.8 s for a GB).
 * Until the server has shown that it looks at that, the body is signed as well.
 */
export async function sendBody(
  object: BucketObject,
  bytes: Buffer,
  { headers, ...request }: Pick<BucketRequest, "query" | "headers" | "sha256">,
): Promise<StoredBody> {
  const { checksums, server } = object.store;
  const crc = crcOf(bytes);
  const answer = await ask(object, "upload KEY to", ({ quirks }) => {
    const plain = quirks.has("no-checksums");
    return {
      ...request,
      method: "PUT",
      headers: { ...headers, ...(plain ? contentMd5(bytes) : { "x-amz-checksum-crc32": crc }) },
      body: bytes,
      signed: plain || (server.protocol === "http:" && !checksums.seen),
    };
  });
  const { etag } = knownEtag(answer.headers.etag);
  if (etag === undefined) throw answer.unexpected();
  // A server that has checked the body gives the checksum back. One whose ETag looks like an MD5 and
  // is another encrypts, or keeps something else than it was sent.
  const isChecked = answer.headers["x-amz-checksum-crc32"] === crc;
  if (isChecked) checksums.seen = true;
  const isDoubtful = !isChecked && /^[0-9a-f]{32}$/i.test(etag) &&
    etag.toLowerCase() !== md5Of(bytes);
  return { etag, crc, isDoubtful };
}

/** As S3 writes it: in base64, the highest byte first. */
export function crcOf(bytes: Uint8Array): string {
  const value = Buffer.alloc(4);
  value.writeUInt32BE(crc32(bytes));
  return value.toString("base64");
}

/** Without a checksum, or this header, nothing is taken by a bucket that keeps what it has for a time. */
export function contentMd5(body: Uint8Array | string): Record<string, string> {
  return { "content-md5": createHash("md5").update(body).digest("base64") };
}

/** MD5 in lower-case hex, as ETags have it; Aliyun OSS writes them in capitals. */
export function md5Of(bytes: Uint8Array): string {
  return createHash("md5").update(bytes).digest("hex");
}

/** Reads an object back of which the server has shown neither checksum nor MD5; code `integrity`. */
export async function assertStored(object: BucketObject, sha256: string): Promise<void> {
  const { store, key, signal } = object;
  const stored = await digestOf(await readObject(object), signal);
  if (stored.sha256 === sha256) return;
  throw failure({ doing: `upload "${key}" to`, place: store.name, key }, {
    code: "integrity",
    state: "the server took it, and has other bytes",
    retryable: true,
    hint: "Check its disks, and what is between here and there.",
  });
}

/**
 * Notes a digest that was not known before the object was stored: metadata would take a copy onto
 * itself, for which MinIO rewrites all the bytes. A store without tags is as good.
 */
export async function tagDigest(object: BucketObject, sha256: string): Promise<void> {
  const tag = `<Tag><Key>sha256</Key><Value>${sha256}</Value></Tag>`;
  const body = `<Tagging><TagSet>${tag}</TagSet></Tagging>`;
  const headers = contentMd5(body);
  try {
    const request = { method: "PUT", query: { tagging: true }, headers, body } as const;
    await ask(object, "tag KEY in", { ...request, unless: "no-tags" });
  } catch (error) {
    object.signal?.throwIfAborted();
    object.store.host.debug(messageOf(error));
  }
}
