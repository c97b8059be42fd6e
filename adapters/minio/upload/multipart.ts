/** One multipart upload: begun, its parts sent side by side, completed or ended. */
import { Buffer } from "node:buffer";
import { messageOf } from "../../../core/util/errors.ts";
import { abortable } from "../../../core/util/streams.ts";
import { elementText, escapeText } from "../../../core/util/xml.ts";
import { LONG, QUICK } from "../exchange.ts";
import { crcOf, headObject, md5Of, objectHeaders, sendBody, type StoredBody } from "../objects.ts";
import type { Part } from "../parts.ts";
import type { Refusal } from "../refusal.ts";
import { ask, type BucketObject, knownEtag } from "../store.ts";

/** An upload that is open, and the parts that the server has of it, by their numbers. */
export interface Upload {
  readonly id: string;
  readonly sent: ReadonlyMap<number, { readonly etag: string; readonly size: number }>;
}

/** Begins an upload. `sha256` is that of the whole object, if it is known. */
export async function beginUpload(object: BucketObject, sha256?: string): Promise<Upload> {
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
  return { id, sent: new Map() };
}

export interface OpenUpload extends Upload {
  /** Ends it once, unless it was completed; says so when that cannot be done. */
  readonly discard: () => Promise<void>;
}

/** Notes an upload that is open, so that closing the store ends it unless it is completed. */
export function opened(object: BucketObject, upload: Upload): OpenUpload {
  const { host, begun, unpublished } = object.store;
  let ending: Promise<void> | undefined;
  async function discard(): Promise<void> {
    if (unpublished.delete(discard)) {
      ending = abortUpload(object, upload.id).catch((error) => {
        const hint = "It takes up space there. The next import of this file takes it away.";
        host.warn("leftover-upload", messageOf(error), hint);
      });
    }
    await ending;
  }
  begun.add(upload.id);
  unpublished.add(discard);
  return { ...upload, discard };
}

/** Sends parts side by side; ends the upload if that fails, but keeps what a stopped import has sent. */
export async function sendParts(
  object: BucketObject,
  opening: Promise<OpenUpload>,
  parts: AsyncIterable<Part>,
): Promise<StoredBody[]> {
  const failure = new AbortController();
  const signals = [failure.signal, object.signal].filter((one) => one !== undefined);
  const signal = AbortSignal.any(signals);
  const sending: Promise<StoredBody>[] = [];
  let arrived = 0;

  async function sendOne(part: Part): Promise<StoredBody> {
    try {
      const { id, sent } = await opening;
      const query = { partNumber: part.number, uploadId: id };
      const stored = storedAlready(sent, part) ??
        await sendBody({ ...object, signal }, part.bytes, { query });
      arrived++;
      return stored;
    } catch (error) {
      failure.abort(error);
      throw error;
    } finally {
      part.free();
    }
  }

  opening.catch((error) => failure.abort(error));
  try {
    for await (const part of abortable(parts, signal)) {
      const sent = sendOne(part);
      sent.catch(() => {}); // Seen below; it may fail while a later part is read.
      sending.push(sent);
    }
    return await Promise.all(sending);
  } catch (error) {
    failure.abort(error);
    await Promise.allSettled(sending); // A part that arrives after the abort would stay for good.
    const upload = await opening.catch(() => undefined);
    const isOfUse = object.signal?.aborted && arrived + (upload?.sent.size ?? 0) > 0;
    if (!isOfUse) await upload?.discard();
    throw error;
  }
}

/** The part as it is stored already; `undefined` unless it has these very bytes. */
function storedAlready(sent: Upload["sent"], { number, bytes }: Part): StoredBody | undefined {
  const { etag = "", size } = sent.get(number) ?? {};
  // The ETag of a part is its MD5. Where a server has it otherwise, the part is sent again.
  if (size !== bytes.length || etag.toLowerCase() !== md5Of(bytes)) return undefined;
  return { etag, crc: crcOf(bytes), isDoubtful: false };
}

const isGone = ({ code }: Refusal) => code === "NoSuchUpload";

/** Puts the parts together under the key; gives the object's ETag. */
export async function completeUpload(
  object: BucketObject,
  uploadId: string,
  parts: readonly StoredBody[],
): Promise<string> {
  const compose = (hasChecksums: boolean) =>
    parts.map(({ etag, crc }, index) =>
      `<Part><PartNumber>${index + 1}</PartNumber><ETag>${escapeText(etag)}</ETag>` +
      `${hasChecksums ? `<ChecksumCRC32>${crc}</ChecksumCRC32>` : ""}</Part>`
    ).join("");
  const { code, text, unexpected } = await ask(object, "upload KEY to", ({ quirks }) => ({
    method: "POST",
    query: { uploadId },
    body: `<CompleteMultipartUpload xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${
      compose(!quirks.has("no-checksums"))
    }</CompleteMultipartUpload>`,
    expects: isGone,
  }), { patience: LONG });
  if (code === undefined) {
    const { etag } = knownEtag(elementText(text, "ETag"));
    if (etag === undefined) throw unexpected();
    return etag;
  }
  // An attempt whose answer was lost has ended the upload: then the object is there, with an ETag
  // that is the MD5 of its parts' MD5s.
  const stored = await headObject(object);
  const md5s = Buffer.concat(parts.map(({ etag }) => Buffer.from(etag, "hex")));
  if (stored?.etag?.toLowerCase() !== `${md5Of(md5s)}-${parts.length}`) throw unexpected();
  return stored.etag;
}

/** Takes an upload and its parts away, whatever was aborted; no error when it is gone already. */
export async function abortUpload({ store, key }: BucketObject, uploadId: string): Promise<void> {
  const request = { method: "DELETE", query: { uploadId }, expects: isGone } as const;
  await ask({ store, key }, "end the upload of KEY to", request, { patience: QUICK });
}
