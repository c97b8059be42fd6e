/** Stores a source: staged as a multipart upload, or put at once when it is small. */
import { Buffer } from "node:buffer";
import {
  assertDigest,
  checkedBytes,
  exactChunks,
  type ObjectInfo,
  type PutOptions,
  type PutSource,
  type Staged,
} from "../../../core/storage/mod.ts";
import { sha256 as newSha256, sha256Of } from "../../../core/util/digest.ts";
import { BinimportError } from "../../../core/util/errors.ts";
import { delayed } from "../../../core/util/retry.ts";
import { abortable } from "../../../core/util/streams.ts";
import { assertStored, putObject, tagDigest } from "../objects.ts";
import { cutParts, MAX_PARTS, type Part } from "../parts.ts";
import { type BucketObject, objectName } from "../store.ts";
import { beginUpload, completeUpload } from "./multipart_api.ts";
import { opened, type OpenUpload, sendParts } from "./send_parts.ts";
import { abortStaleUploads, findResumable } from "./stale_uploads.ts";

/** Puts a source of at most one part in one request; a larger one is staged and published. */
export async function putSource(
  object: BucketObject,
  source: PutSource,
  options: PutOptions = {},
): Promise<ObjectInfo> {
  const { store, key } = object;
  objectName(store, key); // to refuse the key before anything is read
  if (source.size > store.partSize) {
    const staged = await stageSource(object, source, options);
    try {
      return await staged.publish(options);
    } catch (error) {
      await staged.discard();
      throw error;
    }
  }
  // What is in memory, and stays there until the call has settled, is sent from where it is.
  const atHand = source.replayable ? checkedBytes(key, source, options) : undefined;
  if (atHand !== undefined) {
    const digest = options.sha256 ?? source.sha256?.() ?? sha256Of(atHand);
    return await putObject(
      object,
      Buffer.from(atHand.buffer, atHand.byteOffset, atHand.length),
      digest,
    );
  }
  const { part, digest } = await readOne(object, source, options);
  try {
    return await putObject(object, part.bytes, digest);
  } finally {
    part.free();
  }
}

/**
 * Uploads all of a source in parts; it appears under its key when it is published. An object of one
 * part carries its digest as metadata. Those of longer ones are known when their uploads have long
 * begun: they are tagged with them, and an upload that a killed run has left is gone on with.
 */
export async function stageSource(
  object: BucketObject,
  source: PutSource,
  options: PutOptions = {},
): Promise<Staged> {
  const { store, key } = object;
  objectName(store, key);
  assertPartCount(store.partSize, key, source.size);
  // What is staged must keep neither the source alive nor the bytes.
  const { size } = source;
  const expected = options.sha256;
  const { part, digest } = size <= store.partSize
    ? await readOne(object, source, options)
    : { part: undefined, digest: undefined };
  const opening = openUpload(object, digest);
  const parts = part === undefined ? partsOf(object, source, options) : only(part);
  const stored = await sendParts(object, opening, parts);
  const { id, discard } = await opening;
  return {
    discard,
    async publish({ sha256 = expected, signal } = {}) {
      const published = { store, key, signal };
      store.buffers.trim(); // whoever publishes has staged all there is
      const etag = await completeUpload(published, id, stored);
      store.unpublished.delete(discard);
      const known = digest ?? sha256;
      if (known && stored.some((one) => one.isDoubtful)) await assertStored(published, known);
      if (digest !== undefined) return { key, size, etag, sha256: digest };
      if (sha256 !== undefined) await tagDigest(published, sha256);
      return { key, size, etag };
    },
  };
}

/** Reads a source of one part; its digest is known then. */
async function readOne(
  object: BucketObject,
  source: PutSource,
  { sha256, signal }: PutOptions,
): Promise<{ part: Part; digest: string }> {
  let part: Part | undefined;
  try {
    // The second step of this loop is what notices a source that gives too much.
    for await (const only of partsOf(object, source, signal ? { signal } : {})) part = only;
    if (part === undefined) throw new RangeError("cutParts gives at least one part");
    const digest = source.sha256?.() ?? sha256Of(part.bytes);
    assertDigest(object.key, sha256, digest);
    return { part, digest };
  } catch (error) {
    part?.free();
    throw error;
  }
}

/** Time in milliseconds for a server to say which upload it has begun, although nobody wants it. */
const GRACE = 2_000;

/** The upload to send parts for; `digest` is that of a source of one part. */
async function openUpload(object: BucketObject, digest: string | undefined): Promise<OpenUpload> {
  if (digest !== undefined) await abortStaleUploads(object);
  const found = digest === undefined ? await findResumable(object) : undefined;
  if (found !== undefined) return opened(object, found);
  object.signal?.throwIfAborted();
  // Were its answer cut off, the upload would stay: nobody would know its id.
  using later = delayed(object.signal, GRACE);
  const id = await beginUpload({ ...object, signal: later.signal }, digest);
  return opened(object, { id, sent: new Map() });
}

async function* only(part: Part): AsyncGenerator<Part> {
  yield part;
}

function assertPartCount(partSize: number, key: string, size: number): void {
  if (size <= partSize * MAX_PARTS) return;
  const mebibytes = Math.ceil(size / MAX_PARTS / 2 ** 20);
  throw new BinimportError(
    "unsupported",
    `Cannot store "${key}": ${size} bytes are more than ${MAX_PARTS} parts of ${partSize} bytes`,
    { key, hint: `Give --part-size ${mebibytes}MiB.` },
  );
}

/**
 * Cuts a source, as long as it says that it is, into parts. The digest, where one is expected, is
 * compared behind the last one: before any upload of them can be completed.
 */
async function* partsOf(
  { store: { partSize, buffers }, key }: BucketObject,
  source: PutSource,
  { sha256, signal }: PutOptions,
): AsyncGenerator<Part> {
  const { size } = source;
  const whole = sha256 === undefined || source.sha256 !== undefined ? undefined : newSha256();
  const chunks = abortable(exactChunks(key, source, signal), signal);
  yield* cutParts(chunks, { size, partSize, buffers, signal, whole });
  if (sha256 !== undefined) assertDigest(key, sha256, source.sha256?.() ?? whole?.digest("hex"));
}
