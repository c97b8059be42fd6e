/** The requests of a multipart upload. */
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { elementText, escapeText } from "../../../core/util/xml.ts";
import { s3CodeOf } from "../refusal.ts";
import { type Patience, QUICK } from "../exchange.ts";
import { headObject } from "../objects.ts";
import type { Part } from "../parts.ts";
import { escapeQuery, sendForText } from "../requests.ts";
import {
  about,
  bareEtag,
  crcOf,
  guarded,
  isDoubtful,
  objectHeaders,
  type Store,
  target,
} from "../store.ts";

export interface Upload {
  readonly key: string;
  /** The server's name for the upload. */
  readonly id: string;
}

export interface StoredPart {
  /** Its number, from 1. */
  readonly number: number;
  readonly etag: string;
  /** Its checksum in base64. */
  readonly crc: string;
  /** Whether the server has shown something else than its MD5, and no checksum. */
  readonly isDoubtful: boolean;
}

/** Begins an upload. `sha256` is that of the whole object, if it is known already. */
export async function beginUpload(
  store: Store,
  key: string,
  sha256: string | undefined,
  signal: AbortSignal | undefined,
): Promise<Upload> {
  const call = about(store, "upload KEY to", key, signal);
  const id = await store.connection.call(call, async (attempt) => {
    // The parts' own headers must be of the kind that is named here.
    const hasChecksums = !attempt.quirks.has("no-checksums");
    const { text, refused } = await sendForText(attempt, {
      ...target(store, key),
      method: "POST",
      query: "uploads",
      headers: {
        ...objectHeaders(sha256),
        ...(hasChecksums && { "x-amz-checksum-algorithm": "CRC32" }),
      },
    });
    const id = elementText(text, "UploadId");
    if (id === undefined) throw refused();
    return id;
  });
  return { key, id };
}

export function sendPart(
  store: Store,
  { key, id }: Upload,
  { number, bytes }: Part,
  signal: AbortSignal | undefined,
): Promise<StoredPart> {
  const crc = crcOf(bytes);
  return store.connection.call(about(store, "upload KEY to", key, signal), async (attempt) => {
    const { headers, refused } = await sendForText(attempt, {
      ...target(store, key),
      method: "PUT",
      query: `partNumber=${number}&uploadId=${escapeQuery(id)}`,
      ...guarded(store, attempt, crc),
      body: bytes,
    });
    if (headers.etag === undefined) throw refused();
    const etag = bareEtag(headers.etag);
    return { number, etag, crc, isDoubtful: isDoubtful(store, { crc, bytes }, headers) };
  });
}

/** Servers may take long to put the parts together, and say nothing meanwhile. */
const LONG: Partial<Patience> = { idle: 40_000, silences: 1 };

/** Puts the parts together under the key; gives the object's ETag. */
export async function completeUpload(
  store: Store,
  { key, id }: Upload,
  parts: readonly StoredPart[],
  signal: AbortSignal | undefined,
): Promise<string> {
  let ended = false;
  const call = { ...about(store, "upload KEY to", key, signal), patience: LONG };
  try {
    return await store.connection.call(call, async (attempt) => {
      const { text, refused } = await sendForText(attempt, {
        ...target(store, key),
        method: "POST",
        query: `uploadId=${escapeQuery(id)}`,
        body: partList(parts, !attempt.quirks.has("no-checksums")),
      }).catch((error) => {
        ended = s3CodeOf(error) === "NoSuchUpload";
        throw error;
      });
      const etag = elementText(text, "ETag");
      if (etag === undefined) throw refused();
      return bareEtag(etag);
    });
  } catch (error) {
    // An attempt whose answer was lost has ended the upload: then the object is there.
    const stored = ended ? await headObject(store, key, signal) : undefined;
    if (stored?.etag?.toLowerCase() !== multipartEtag(parts)) throw error;
    return stored.etag;
  }
}

/** Takes an upload and its parts away; no error when it is gone already. */
export function abortUpload(store: Store, { key, id }: Upload): Promise<void> {
  const call = { ...about(store, "end the upload of KEY to", key), patience: QUICK };
  return store.connection.call(call, async (attempt) => {
    const query = `uploadId=${escapeQuery(id)}`;
    const request = { ...target(store, key), method: "DELETE", query } as const;
    await sendForText(attempt, request).catch((error) => {
      if (s3CodeOf(error) !== "NoSuchUpload") throw error;
    });
  });
}

function partList(parts: readonly StoredPart[], hasChecksums: boolean): string {
  const items = parts.map(({ number, etag, crc }) => {
    const checksum = hasChecksums ? `<ChecksumCRC32>${crc}</ChecksumCRC32>` : "";
    const named = `<PartNumber>${number}</PartNumber><ETag>${escapeText(etag)}</ETag>`;
    return `<Part>${named}${checksum}</Part>`;
  });
  return `<CompleteMultipartUpload xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${
    items.join("")
  }</CompleteMultipartUpload>`;
}

/** The ETag that S3 gives an object made of these parts: the MD5 of their MD5s. */
function multipartEtag(parts: readonly StoredPart[]): string {
  const hash = createHash("md5");
  for (const { etag } of parts) hash.update(Buffer.from(etag, "hex"));
  return `${hash.digest("hex")}-${parts.length}`;
}
