/** The requests of a multipart upload. */
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { elementText, escapeText } from "../../../core/util/xml.ts";
import { type Patience, QUICK } from "../exchange.ts";
import { headObject, objectHeaders, sendBody, type StoredBody } from "../objects.ts";
import type { Part } from "../parts.ts";
import type { Refusal } from "../refusal.ts";
import { ask, type BucketObject, knownEtag } from "../store.ts";

/** Begins an upload, and gives its id. `sha256` is that of the whole object, if it is known. */
export async function beginUpload(object: BucketObject, sha256?: string): Promise<string> {
  const { text, unexpected } = await ask(object, "upload KEY to", ({ quirks }) => ({
    method: "POST",
    query: { uploads: true },
    headers: {
      ...objectHeaders(sha256),
      // The parts' own headers must be of the kind that is named here.
      ...(!quirks.has("no-checksums") && { "x-amz-checksum-algorithm": "CRC32" }),
    },
  }));
  const id = elementText(text, "UploadId");
  if (id === undefined) throw unexpected();
  return id;
}

export async function sendPart(
  object: BucketObject,
  uploadId: string,
  { number: partNumber, bytes }: Part,
): Promise<StoredBody> {
  return await sendBody(object, bytes, { query: { partNumber, uploadId } });
}

/** Servers may take long to put the parts together, and say nothing meanwhile. */
const LONG: Partial<Patience> = { idle: 40_000, silences: 1 };

const isGone = ({ code }: Refusal) => code === "NoSuchUpload";

/** Puts the parts together under the key; gives the object's ETag. */
export async function completeUpload(
  object: BucketObject,
  uploadId: string,
  parts: readonly StoredBody[],
): Promise<string> {
  const { code, text, unexpected } = await ask(object, "upload KEY to", ({ quirks }) => ({
    method: "POST",
    query: { uploadId },
    body: partList(parts, !quirks.has("no-checksums")),
    expects: isGone,
  }), LONG);
  // An attempt whose answer was lost has ended the upload: then the object is there.
  const { etag } = code === undefined
    ? knownEtag(elementText(text, "ETag"))
    : await headObject(object) ?? {};
  const isOurs = code === undefined || etag?.toLowerCase() === multipartEtag(parts);
  if (etag === undefined || !isOurs) throw unexpected();
  return etag;
}

/** Takes an upload and its parts away, whatever was aborted; no error when it is gone already. */
export async function abortUpload({ store, key }: BucketObject, uploadId: string): Promise<void> {
  const request = { method: "DELETE", query: { uploadId }, expects: isGone } as const;
  await ask({ store, key }, "end the upload of KEY to", request, QUICK);
}

function partList(parts: readonly StoredBody[], hasChecksums: boolean): string {
  const items = parts.map(({ etag, crc }, index) => {
    const checksum = hasChecksums ? `<ChecksumCRC32>${crc}</ChecksumCRC32>` : "";
    const named = `<PartNumber>${index + 1}</PartNumber><ETag>${escapeText(etag)}</ETag>`;
    return `<Part>${named}${checksum}</Part>`;
  });
  return `<CompleteMultipartUpload xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${
    items.join("")
  }</CompleteMultipartUpload>`;
}

/** The ETag that S3 gives an object made of these parts: the MD5 of their MD5s. */
function multipartEtag(parts: readonly StoredBody[]): string {
  const hash = createHash("md5");
  for (const { etag } of parts) hash.update(Buffer.from(etag, "hex"));
  return `${hash.digest("hex")}-${parts.length}`;
}
