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
import { hashing, sha256, sha256Of } from "../../../core/util/digest.ts";
import { delayed } from "../../../core/util/retry.ts";
import { abortable } from "../../../core/util/streams.ts";
import { failure } from "../errors.ts";
import { assertStored, putObject, tagDigest } from "../objects.ts";
import { cutParts, MAX_PARTS, type Part } from "../parts.ts";
import { type BucketObject, objectName } from "../store.ts";
import { beginUpload, completeUpload, opened, type OpenUpload, sendParts } from "./multipart.ts";
import { takeStaleUpload } from "./stale_uploads.ts";

/** Puts a source of at most one part in one request; a larger one is staged and published. */
export async function putSource(
  object: BucketObject,
  source: PutSource,
  options: PutOptions = {},
): Promise<ObjectInfo> {
  if (source.size > object.store.partSize) {
    const staged = await stageSource(object, source, options);
    try {
      return await staged.publish(options);
    } catch (error) {
      await staged.discard();
      throw error;
    }
  }
  // What is in memory, and stays there until the call has settled, is sent from where it is.
  const atHand = source.replayable ? checkedBytes(object.key, source, options) : undefined;
  if (atHand !== undefined) {
    const bytes = Buffer.from(atHand.buffer, atHand.byteOffset, atHand.length);
    const digest = options.sha256 ?? source.sha256?.() ?? sha256Of(bytes);
    return await putObject(object, bytes, digest);
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
 * part carries its digest as metadata. Of a longer one it is known too late, and becomes its tag.
 */
export async function stageSource(
  object: BucketObject,
  source: PutSource,
  options: PutOptions = {},
): Promise<Staged> {
  // What is staged must keep neither the source alive nor the bytes.
  const { store, key } = object;
  const { size } = source;
  if (size > store.partSize * MAX_PARTS) {
    throw failure({ doing: `upload "${key}" to`, place: store.name, key }, {
      code: "unsupported",
      state: `${size} bytes are more than ${MAX_PARTS} parts of ${store.partSize} bytes`,
      hint: `Give --part-size ${Math.ceil(size / MAX_PARTS / 2 ** 20)}MiB.`,
    });
  }
  const expected = options.sha256;
  const { part, digest } = size <= store.partSize
    ? await readOne(object, source, options)
    : { part: undefined, digest: undefined };
  const opening = openUpload(object, digest);
  const parts = part === undefined ? partsOf(object, source, options) : ReadableStream.from([part]);
  const stored = await sendParts(object, opening, parts);
  const { id, discard } = await opening;
  return {
    discard,
    async publish({ sha256 = expected, signal } = {}) {
      const published = { store, key, signal };
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

async function readOne(object: BucketObject, source: PutSource, options: PutOptions) {
  let part: Part | undefined;
  try {
    // The second step of this loop is what notices a source that gives too much.
    for await (const only of partsOf(object, source, options)) part = only;
    if (part === undefined) throw new RangeError("cutParts gives at least one part");
    const digest = options.sha256 ?? source.sha256?.() ?? sha256Of(part.bytes);
    return { part, digest };
  } catch (error) {
    part?.free();
    throw error;
  }
}

/** Cuts a source into parts. Its digest is compared behind the last, before any of them counts. */
async function* partsOf({ store, key }: BucketObject, source: PutSource, options: PutOptions) {
  objectName(store, key); // refused before anything is read
  const { sha256: expected, signal } = options;
  const hash = expected === undefined || source.sha256 !== undefined ? undefined : sha256();
  const chunks = abortable(exactChunks(key, source, signal), signal);
  const { partSize, buffers } = store;
  const measures = { size: source.size, partSize, buffers, signal };
  yield* cutParts(hash === undefined ? chunks : hashing(chunks, hash), measures);
  assertDigest(key, expected, source.sha256?.() ?? hash?.digest("hex"));
}

/** Time in milliseconds for a server to say which upload it has begun, although nobody wants it. */
const GRACE = 2_000;

/** The upload to send parts for; `digest` is that of a source of one part. */
async function openUpload(object: BucketObject, digest: string | undefined): Promise<OpenUpload> {
  const stale = await takeStaleUpload(object, { resume: digest === undefined });
  if (stale !== undefined) return opened(object, stale);
  object.signal?.throwIfAborted();
  // Were its answer cut off, the upload would stay: nobody would know its id.
  using later = delayed(object.signal, GRACE);
  return opened(object, await beginUpload({ ...object, signal: later.signal }, digest));
}
