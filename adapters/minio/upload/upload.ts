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
import { delayed } from "../../../core/util/retry.ts";
import { abortable } from "../../../core/util/streams.ts";
import { sha256 as newSha256, sha256Of } from "../../../core/util/digest.ts";
import { BinimportError } from "../../../core/util/errors.ts";
import { putObject, tagDigest } from "../objects.ts";
import { cutParts, MAX_PARTS, type Part } from "../parts.ts";
import { objectName, type Store } from "../store.ts";
import { beginUpload } from "./multipart_api.ts";
import { opened, type OpenUpload, stageParts } from "./send_parts.ts";
import { abortStaleUploads, findResumable } from "./stale_uploads.ts";

/** Puts a source of at most one part in one request; a larger one is staged and published. */
export async function putSource(
  store: Store,
  key: string,
  source: PutSource,
  options: PutOptions = {},
): Promise<ObjectInfo> {
  objectName(store, key);
  if (source.size <= store.partSize) return await putWhole(store, key, source, options);
  const staged = await stageSource(store, key, source, options);
  try {
    return await staged.publish(options);
  } catch (error) {
    await staged.discard();
    throw error;
  }
}

async function putWhole(
  store: Store,
  key: string,
  source: PutSource,
  options: PutOptions,
): Promise<ObjectInfo> {
  // What is in memory, and stays there until the call has settled, is sent from where it is.
  const atHand = source.replayable ? checkedBytes(key, source, options) : undefined;
  if (atHand !== undefined) {
    const digest = options.sha256 ?? source.sha256?.() ?? sha256Of(atHand);
    const bytes = Buffer.from(atHand.buffer, atHand.byteOffset, atHand.length);
    return await putObject(store, key, bytes, digest, options.signal);
  }
  const { part, digest } = await readOne(store, key, source, options);
  try {
    return await putObject(store, key, part.bytes, digest, options.signal);
  } finally {
    part.free();
  }
}

/** Reads a source of one part; its digest is known then. */
async function readOne(
  store: Store,
  key: string,
  source: PutSource,
  { sha256, signal }: PutOptions,
): Promise<{ part: Part; digest: string }> {
  let part: Part | undefined;
  try {
    // The second step of this loop is what notices a source that gives too much.
    for await (const only of partsOf(store, key, source, signal ? { signal } : {})) part = only;
    if (part === undefined) throw new RangeError("cutParts gives at least one part");
    const digest = source.sha256?.() ?? sha256Of(part.bytes);
    assertDigest(key, sha256, digest);
    return { part, digest };
  } catch (error) {
    part?.free();
    throw error;
  }
}

/**
 * Uploads all of a source in parts; it appears under its key when it is published. An object of one
 * part carries its digest as metadata. Those of longer ones are known when their uploads have long
 * begun: they are tagged with them, and an upload that a killed run has left is gone on with.
 */
export async function stageSource(
  store: Store,
  key: string,
  source: PutSource,
  options: PutOptions = {},
): Promise<Staged> {
  objectName(store, key);
  assertPartCount(store, key, source.size);
  // What is staged must keep neither the source alive nor the bytes.
  const { size } = source;
  const { sha256: expected, signal } = options;
  const isOne = size <= store.partSize;
  const { part, digest } = isOne
    ? await readOne(store, key, source, options)
    : { part: undefined, digest: undefined };

  async function open(): Promise<OpenUpload> {
    if (isOne) await abortStaleUploads(store, key, signal);
    const found = isOne ? undefined : await findResumable(store, key, signal);
    if (found !== undefined) return opened(store, found.upload, found.sent);
    return opened(store, await beginToTheEnd(store, key, digest, signal));
  }
  const parts = part === undefined ? partsOf(store, key, source, options) : only(part);
  const staged = await stageParts(store, open(), parts, signal);
  return {
    discard: staged.discard,
    async publish({ sha256 = expected, signal } = {}) {
      const etag = await staged.publish(signal, digest ?? sha256);
      if (digest !== undefined) return { key, size, etag, sha256: digest };
      if (sha256 !== undefined) await tagDigest(store, key, sha256, signal);
      return { key, size, etag };
    },
  };
}

async function* only(part: Part): AsyncGenerator<Part> {
  yield part;
}

/** Time in milliseconds for a server to say which upload it has begun, although nobody wants it. */
const GRACE = 2_000;

/** Were its answer cut off, the upload would stay: nobody would know its id. */
async function beginToTheEnd(
  store: Store,
  key: string,
  sha256: string | undefined,
  signal: AbortSignal | undefined,
) {
  signal?.throwIfAborted();
  using later = delayed(signal, GRACE);
  return await beginUpload(store, key, sha256, later.signal);
}

function assertPartCount({ partSize }: Store, key: string, size: number): void {
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
  { partSize, buffers }: Store,
  key: string,
  source: PutSource,
  { sha256, signal }: PutOptions,
): AsyncGenerator<Part> {
  const { size } = source;
  const whole = sha256 === undefined || source.sha256 !== undefined ? undefined : newSha256();
  const chunks = abortable(exactChunks(key, source, signal), signal);
  yield* cutParts(chunks, { size, partSize, buffers, signal, whole });
  if (sha256 !== undefined) assertDigest(key, sha256, source.sha256?.() ?? whole?.digest("hex"));
}
