/** Requests about one object. */
import type { Buffer } from "node:buffer";
import type { IncomingMessage } from "node:http";
import type { ObjectInfo } from "../../core/storage/mod.ts";
import { digestOf } from "../../core/util/digest.ts";
import { BinimportError, hasCode, messageOf } from "../../core/util/errors.ts";
import {
  about,
  bareEtag,
  crcOf,
  guarded,
  isEtagOf,
  knownEtag,
  noteChecksum,
  objectHeaders,
  objectName,
  type Store,
  target,
} from "./bucket_context.ts";
import type { Call } from "./connection.ts";
import { toBinimportError } from "./errors.ts";
import type { Exchange } from "./exchange.ts";
import { NotS3Error, send, sendForText } from "./requests.ts";

/** What is stored under a key; `undefined` when nothing is. */
export async function headObject(
  store: Store,
  key: string,
  signal: AbortSignal | undefined,
): Promise<ObjectInfo | undefined> {
  const name = objectName(store, key);
  try {
    return await store.connection.call(about(store, "look up", key, signal), async ({ client }) => {
      const { size, etag, metaData } = await client.statObject(store.bucket, name);
      const sha256: unknown = metaData["sha256"];
      return {
        key,
        size,
        ...knownEtag(etag),
        ...(isDigest(sha256) && { sha256 }),
      };
    });
  } catch (error) {
    if (hasCode(error, "not-found")) return undefined;
    throw error;
  }
}

function isDigest(value: unknown): value is string {
  return typeof value === "string" && /^[0-9a-f]{64}$/.test(value);
}

/** Stores an object that is one part, in one request. */
export async function putObject(
  store: Store,
  key: string,
  bytes: Buffer,
  sha256: string,
  signal: AbortSignal | undefined,
): Promise<ObjectInfo> {
  const crc = crcOf(bytes);
  return await store.connection.call(about(store, "upload", key, signal), async (attempt) => {
    const guard = guarded(store, attempt, crc);
    const { headers } = await sendForText(attempt, {
      ...target(store, key),
      ...guard,
      method: "PUT",
      headers: { ...objectHeaders(sha256), ...guard.headers },
      body: bytes,
      sha256,
    });
    if (headers.etag === undefined) throw new NotS3Error("the answer has no ETag");
    const etag = bareEtag(headers.etag);
    if (!noteChecksum(store, crc, headers) && !isEtagOf(etag, bytes)) {
      await assertStored(store, key, sha256, signal);
    }
    return { key, size: bytes.length, etag, sha256 };
  });
}

/** Takes an object away; no error when there is none. */
export async function removeObject(
  store: Store,
  key: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  const name = objectName(store, key);
  const call = about(store, "remove", key, signal);
  await store.connection.call(call, ({ client }) => client.removeObject(store.bucket, name));
}

/**
 * Notes the digest of an object that was stored before its digest was known, as its tag `sha256`.
 * Metadata cannot be added afterwards: only a copy of the object onto itself could, and MinIO
 * rewrites all the bytes for that (1.3 s for 190 MB) and changes the ETag. A store without tags is
 * as good.
 */
export async function tagDigest(
  store: Store,
  key: string,
  sha256: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  const call = { doing: `tag "${key}" in`, place: store.name, key, signal };
  try {
    await store.connection.call(call, async ({ client, quirks }) => {
      if (quirks.has("no-tags")) return;
      await client.setObjectTagging(store.bucket, objectName(store, key), { sha256 });
    });
  } catch (error) {
    signal?.throwIfAborted();
    store.host.debug(messageOf(error));
  }
}

/**
 * The bytes of an object, read as fast as they are taken. The stream fails when the connection is
 * cut or falls silent, and when fewer bytes came than the server announced; cancelling it, or
 * aborting the signal, closes the connection.
 */
export async function readObject(
  store: Store,
  key: string,
  signal: AbortSignal | undefined,
): Promise<ReadableStream<Uint8Array>> {
  const call: Call = { ...about(store, "read", key, signal), streams: true };
  return await store.connection.call(call, async (attempt) => {
    const answer = await send(attempt, { ...target(store, key), method: "GET" });
    return bodyStream(answer, attempt.exchange, call);
  });
}

/**
 * Reads an object back whose store has shown neither its checksum nor its MD5: one that encrypts
 * has another ETag, one that damages what it keeps has, too. Throws code `integrity`.
 */
export async function assertStored(
  store: Store,
  key: string,
  sha256: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  const stored = await digestOf(await readObject(store, key, signal), signal);
  if (stored.sha256 === sha256) return;
  throw new BinimportError(
    "integrity",
    `Cannot upload "${key}" to "${store.name}": the server took it, and has other bytes`,
    { key, retryable: true, hint: "Check its disks, and what is between here and there." },
  );
}

function bodyStream(
  answer: IncomingMessage,
  exchange: Exchange,
  call: Call,
): ReadableStream<Uint8Array> {
  const announced = Number(answer.headers["content-length"] ?? NaN);
  const chunks: AsyncIterator<Uint8Array> = answer[Symbol.asyncIterator]();
  let seen = 0;

  async function pull(controller: ReadableStreamDefaultController<Uint8Array>): Promise<void> {
    const { done, value } = await exchange.waitFor(chunks.next());
    if (!done) {
      seen += value.length;
      return controller.enqueue(value);
    }
    if (seen < announced) throw cutShort(call, seen, announced);
    exchange.close();
    controller.close();
  }

  return new ReadableStream({
    pull: (controller) =>
      pull(controller).catch((error) => {
        exchange.close();
        call.signal?.throwIfAborted();
        throw toBinimportError(error, exchange.head(), call);
      }),
    cancel: () => exchange.close(),
  }, { highWaterMark: 0 });
}

function cutShort({ doing, place, key }: Call, seen: number, announced: number): BinimportError {
  return new BinimportError(
    "unavailable",
    `Cannot ${doing} "${place}": the connection ended after ${seen} of ${announced} bytes`,
    { retryable: true, ...(key !== undefined && { key }) },
  );
}
