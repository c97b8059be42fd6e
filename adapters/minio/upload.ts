/** Stores a source: staged as a multipart upload, or put at once when it is small. */
import { abortable } from "../../core/abortable.ts";
import type { ObjectInfo, PutOptions, PutSource, Staged } from "../../core/adapter.ts";
import { sha256 as newSha256 } from "../../core/digest.ts";
import { BinimportError, messageOf } from "../../core/errors.ts";
import { assertDigest, digestFirst, partsOf } from "./digest_first.ts";
import { delayed } from "./grace.ts";
import { endLeftovers } from "./leftovers.ts";
import {
  abortUpload,
  beginUpload,
  completeUpload,
  sendPart,
  type StoredPart,
  type Upload,
} from "./multipart.ts";
import { putObject, tagDigest } from "./objects.ts";
import { MAX_PARTS, type Part } from "./parts.ts";
import { objectName, type Store } from "./store.ts";

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
  { sha256, signal }: PutOptions,
): Promise<ObjectInfo> {
  let whole: Part | undefined;
  try {
    const hashParts = source.sha256 === undefined;
    // The second step of this loop is what notices a source that gives too much.
    for await (const part of partsOf(store, key, source, { hashParts, signal })) whole = part;
    if (whole === undefined) throw new RangeError("cutParts gives at least one part");
    const digest = whole.sha256 ?? source.sha256?.() ?? digestOf(whole.bytes);
    assertDigest(key, sha256, digest);
    return await putObject(store, key, { ...whole, sha256: digest }, signal);
  } finally {
    whole?.free();
  }
}

function digestOf(bytes: Uint8Array): string {
  return newSha256().update(bytes).digest("hex");
}

/** Uploads all of a source in parts; it appears under its key when it is published. */
export async function stageSource(
  store: Store,
  key: string,
  source: PutSource,
  options: PutOptions = {},
): Promise<Staged> {
  const { signal } = options;
  const { size } = source;
  objectName(store, key);
  assertPartCount(store, key, size);
  await endLeftovers(store, key, signal);
  const { parts, sha256, drop } = await digestFirst(store, key, source, options);
  let discard = () => Promise.resolve();
  try {
    const upload = await beginToTheEnd(store, key, sha256, signal);
    store.begun.add(upload.id);
    discard = discardOnce(store, upload);
    store.unpublished.add(discard);
    signal?.throwIfAborted();
    const stored = await sendParts(store, upload, parts, signal);
    return {
      discard,
      async publish(publishing = {}) {
        store.buffers.trim(); // whoever publishes has staged all there is
        const etag = await completeUpload(store, upload, stored, publishing.signal);
        store.unpublished.delete(discard);
        if (sha256 === undefined && publishing.sha256 !== undefined) {
          await tagDigest(store, key, publishing.sha256, publishing.signal);
        }
        return { key, size, etag, ...(sha256 && { sha256 }) };
      },
    };
  } catch (error) {
    drop();
    await discard();
    throw error;
  }
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

/** Sends the parts side by side, as many as there are buffers for. */
async function sendParts(
  store: Store,
  upload: Upload,
  parts: AsyncIterable<Part>,
  signal: AbortSignal | undefined,
): Promise<StoredPart[]> {
  const failure = new AbortController();
  const either = AbortSignal.any([failure.signal, ...(signal === undefined ? [] : [signal])]);
  const sending: Promise<StoredPart>[] = [];

  async function sendOne(part: Part): Promise<StoredPart> {
    try {
      return await sendPart(store, upload, part, either);
    } catch (error) {
      failure.abort(error);
      throw error;
    } finally {
      part.free();
    }
  }

  try {
    for await (const part of abortable(parts, either)) {
      const sent = sendOne(part);
      sent.catch(() => {}); // Seen below; it may fail while a later part is read.
      sending.push(sent);
    }
    return await Promise.all(sending);
  } catch (error) {
    failure.abort(error);
    await Promise.allSettled(sending); // A part that arrives after the abort would stay for good.
    throw error;
  }
}

/** Ends an upload once, however often it is called; says so when that cannot be done. */
function discardOnce(store: Store, upload: Upload): () => Promise<void> {
  let done: Promise<void> | undefined;
  const discard = () => done ??= store.unpublished.delete(discard) ? end() : Promise.resolve();

  async function end(): Promise<void> {
    try {
      await abortUpload(store, upload);
    } catch (error) {
      const hint = "It takes up space there. The next import of this file takes it away.";
      store.host.warn("leftover-upload", messageOf(error), hint);
    }
  }

  return discard;
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
