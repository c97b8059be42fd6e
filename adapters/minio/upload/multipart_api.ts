/** The requests of a multipart upload. */
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import { elementText, escapeText } from "../../../core/util/xml.ts";
import {
  about,
  bareEtag,
  checksumKind,
  crcOf,
  guarded,
  isEtagOf,
  noteChecksum,
  objectHeaders,
  type Store,
  target,
} from "../bucket_context.ts";
import { s3CodeOf } from "../errors.ts";
import { QUICK, type RetryPolicy } from "../exchange.ts";
import { headObject } from "../objects.ts";
import { escapeQuery, NotS3Error, sendForText } from "../requests.ts";
import type { Part } from "./parts.ts";

/** An upload that was begun. */
export interface Upload {
  /** The key that the object is to have. */
  readonly key: string;
  /** The server's name for the upload. */
  readonly id: string;
}

/** A part that the server has. */
export interface StoredPart {
  /** Its number, from 1. */
  readonly number: number;
  readonly etag: string;
  /** Its checksum in base64, of those that were sent with one. */
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
  const id = await store.connection.call(about(store, "upload", key, signal), async (attempt) => {
    const { text } = await sendForText(attempt, {
      ...target(store, key),
      method: "POST",
      query: "uploads",
      headers: { ...objectHeaders(sha256), ...checksumKind(attempt) },
    });
    return elementText(text, "UploadId") ?? refuse("UploadId");
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
  return store.connection.call(about(store, "upload", key, signal), async (attempt) => {
    const { headers } = await sendForText(attempt, {
      ...target(store, key),
      method: "PUT",
      query: `partNumber=${number}&uploadId=${escapeQuery(id)}`,
      ...guarded(store, attempt, crc),
      body: bytes,
    });
    const etag = bareEtag(headers.etag ?? refuse("ETag"));
    const isDoubtful = !noteChecksum(store, crc, headers) && !isEtagOf(etag, bytes);
    return { number, etag, crc, isDoubtful };
  });
}

/** Servers may take long to put the parts together, and say nothing meanwhile. */
const LONG: Partial<RetryPolicy> = { idle: 40_000, silences: 1 };

/** Puts the parts together under the key; gives the object's ETag. */
export async function completeUpload(
  store: Store,
  { key, id }: Upload,
  parts: readonly StoredPart[],
  signal: AbortSignal | undefined,
): Promise<string> {
  let ended = false;
  try {
    return await store.connection.call(
      { ...about(store, "upload", key, signal), patience: LONG },
      async (attempt) => {
        const { text } = await sendForText(attempt, {
          ...target(store, key),
          method: "POST",
          query: `uploadId=${escapeQuery(id)}`,
          body: partList(parts, !attempt.quirks.has("no-checksums")),
        }).catch((error) => {
          ended = s3CodeOf(error, attempt.exchange.head()) === "NoSuchUpload";
          throw error;
        });
        return bareEtag(elementText(text, "ETag") ?? refuse("ETag"));
      },
    );
  } catch (error) {
    // An attempt whose answer was lost has ended the upload: then the object is there.
    if (!ended) throw error;
    const etag = multipartEtag(parts);
    const stored = await headObject(store, key, signal);
    if (stored?.etag !== etag) throw error;
    return etag;
  }
}

/** Takes an upload and its parts away; no error when it is gone already. */
export function abortUpload(store: Store, { key, id }: Upload): Promise<void> {
  const call = {
    doing: `end the upload of "${key}" to`,
    place: store.name,
    key,
    patience: QUICK,
  };
  return store.connection.call(call, async (attempt) => {
    const query = `uploadId=${escapeQuery(id)}`;
    const request = { ...target(store, key), method: "DELETE", query, status: 204 } as const;
    await sendForText(attempt, request).catch((error) => {
      if (s3CodeOf(error, attempt.exchange.head()) !== "NoSuchUpload") throw error;
    });
  });
}

function partList(parts: readonly StoredPart[], hasChecksums: boolean): string {
  const items = parts.map(({ number, etag, crc }) => {
    const checksum = hasChecksums ? `<ChecksumCRC32>${crc}</ChecksumCRC32>` : "";
    return `<Part><PartNumber>${number}</PartNumber><ETag>${
      escapeText(etag)
    }</ETag>${checksum}</Part>`;
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

function refuse(missing: string): never {
  throw new NotS3Error(`the answer has no ${missing}`);
}
