/** Stores a source: staged as a multipart upload, or put at once when it is small. */
import { Buffer } from "node:buffer";
import type { Hash } from "node:crypto";
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
import { objectName, type Store } from "../bucket_context.ts";
import { putObject, tagDigest } from "../objects.ts";
import { beginUpload, type Upload } from "./multipart_api.ts";
import { cutParts, MAX_PARTS, type Part } from "./parts.ts";
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
  const ready = atHand(key, source, options);
  if (ready !== undefined) {
    return await putObject(store, key, ready.bytes, ready.digest, options.signal);
  }
  const { part, digest } = await readOne(store, key, source, options);
  try {
    return await putObject(store, key, part.bytes, digest, options.signal);
  } finally {
    part.free();
  }
}

/** What is in memory, and stays there until the call has settled, is sent from where it is. */
function atHand(
  key: string,
  source: PutSource,
  options: PutOptions,
): { bytes: Buffer; digest: string } | undefined {
  const bytes = source.replayable ? checkedBytes(key, source, options) : undefined;
  if (bytes === undefined) return undefined;
  const digest = options.sha256 ?? source.sha256?.() ?? sha256Of(bytes);
  return { bytes: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length), digest };
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
    for await (const only of partsOf(store, key, source, signal)) part = only;
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
 * begun: they are tagged with them.
 */
export async function stageSource(
  store: Store,
  key: string,
  source: PutSource,
  options: PutOptions = {},
): Promise<Staged> {
  objectName(store, key);
  assertPartCount(store, key, source.size);
  return source.size <= store.partSize
    ? await stageOne(store, key, source, options)
    : await stageMany(store, key, source, options);
}

async function stageOne(
  store: Store,
  key: string,
  source: PutSource,
  options: PutOptions,
): Promise<Staged> {
  const { size } = source; // what is staged must not keep the source alive
  const { part, digest } = await readOne(store, key, source, options);
  async function* parts(): AsyncGenerator<Part> {
    yield part;
  }
  async function open(): Promise<OpenUpload> {
    await abortStaleUploads(store, key, options.signal);
    return opened(store, await beginToTheEnd(store, key, digest, options.signal));
  }
  const staged = await stageParts(store, open(), parts(), options.signal);
  return {
    discard: staged.discard,
    publish: async (publishing = {}) => ({
      key,
      size,
      etag: await staged.publish(publishing.signal, digest),
      sha256: digest,
    }),
  };
}

/** Goes on with an upload that a killed run has left, where there is one. */
async function stageMany(
  store: Store,
  key: string,
  source: PutSource,
  options: PutOptions,
): Promise<Staged> {
  async function open(): Promise<OpenUpload> {
    const found = await findResumable(store, key, options.signal);
    if (found !== undefined) return opened(store, found.upload, found.sent);
    return opened(store, await beginToTheEnd(store, key, undefined, options.signal));
  }
  const { size } = source;
  const { sha256: expected } = options;
  const parts = checkedParts(store, key, source, options);
  const staged = await stageParts(store, open(), parts, options.signal);
  return {
    discard: staged.discard,
    async publish({ sha256 = expected, signal } = {}) {
      const etag = await staged.publish(signal, sha256);
      if (sha256 !== undefined) await tagDigest(store, key, sha256, signal);
      return { key, size, etag };
    },
  };
}

/** The parts of a source; the digest is compared before the last one is given out. */
async function* checkedParts(
  store: Store,
  key: string,
  source: PutSource,
  { sha256, signal }: PutOptions,
): AsyncGenerator<Part> {
  const whole = sha256 === undefined || source.sha256 !== undefined ? undefined : newSha256();
  yield* partsOf(store, key, source, signal, whole);
  if (sha256 !== undefined) assertDigest(key, sha256, source.sha256?.() ?? whole?.digest("hex"));
}

/** Time in milliseconds for a server to say which upload it has begun, although nobody wants it. */
const GRACE = 2_000;

/** Were its answer cut off, the upload would stay: nobody would know its id. */
async function beginToTheEnd(
  store: Store,
  key: string,
  sha256: string | undefined,
  signal: AbortSignal | undefined,
): Promise<Upload> {
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

/** Cuts a source, as long as it says that it is, into parts. */
function partsOf(
  store: Store,
  key: string,
  source: PutSource,
  signal: AbortSignal | undefined,
  whole?: Hash,
): AsyncGenerator<Part> {
  const { size } = source;
  const { partSize, buffers } = store;
  const chunks = abortable(exactChunks(key, source, signal), signal);
  return cutParts(chunks, { size, partSize, buffers, signal, whole });
}
