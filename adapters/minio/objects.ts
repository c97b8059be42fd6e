/** Requests about one object. */
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { ObjectInfo } from "../../core/storage/mod.ts";
import { digestOf } from "../../core/util/digest.ts";
import { BinimportError, hasCode, messageOf } from "../../core/util/errors.ts";
import type { Call } from "./connection.ts";
import type { Exchange } from "./exchange.ts";
import { toBinimportError } from "./errors.ts";
import { send, sendForText } from "./requests.ts";
import {
  about,
  bareEtag,
  crcOf,
  guarded,
  isDoubtful,
  knownEtag,
  objectHeaders,
  type Store,
  target,
} from "./store.ts";

/** What is stored under a key; `undefined` when nothing is. */
export async function headObject(
  store: Store,
  key: string,
  signal: AbortSignal | undefined,
): Promise<ObjectInfo | undefined> {
  try {
    return await store.connection.call(
      about(store, "look up KEY in", key, signal),
      async (attempt) => {
        const { headers } = await sendForText(attempt, { ...target(store, key), method: "HEAD" });
        const sha256 = headers["x-amz-meta-sha256"];
        const isDigest = typeof sha256 === "string" && /^[0-9a-f]{64}$/.test(sha256);
        const size = Number(headers["content-length"]);
        return { key, size, ...knownEtag(headers.etag), ...(isDigest && { sha256 }) };
      },
    );
  } catch (error) {
    if (hasCode(error, "not-found")) return undefined;
    throw error;
  }
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
  return await store.connection.call(
    about(store, "upload KEY to", key, signal),
    async (attempt) => {
      const guard = guarded(store, attempt, crc);
      const { headers, refused } = await sendForText(attempt, {
        ...target(store, key),
        ...guard,
        method: "PUT",
        headers: { ...objectHeaders(sha256), ...guard.headers },
        body: bytes,
        sha256,
      });
      if (headers.etag === undefined) throw refused();
      if (isDoubtful(store, { crc, bytes }, headers)) {
        await assertStored(
          store,
          key,
          sha256,
          signal,
        );
      }
      return { key, size: bytes.length, etag: bareEtag(headers.etag), sha256 };
    },
  );
}

/** Takes an object away; no error when there is none. */
export async function removeObject(
  store: Store,
  key: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  await store.connection.call(about(store, "remove KEY from", key, signal), async (attempt) => {
    await sendForText(attempt, { ...target(store, key), method: "DELETE" });
  });
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
  const tag = `<Tag><Key>sha256</Key><Value>${sha256}</Value></Tag>`;
  const body = Buffer.from(`<Tagging><TagSet>${tag}</TagSet></Tagging>`);
  const headers = { "content-md5": createHash("md5").update(body).digest("base64") };
  const request = {
    ...target(store, key),
    method: "PUT",
    query: "tagging",
    headers,
    body,
  } as const;
  try {
    await store.connection.call(about(store, "tag KEY in", key, signal), async (attempt) => {
      if (!attempt.quirks.has("no-tags")) await sendForText(attempt, request);
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
  const call: Call = { ...about(store, "read KEY from", key, signal), streams: true };
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
    if (seen < announced) {
      const state = `the connection ended after ${seen} of ${announced} bytes`;
      const { doing, place, key = "" } = call;
      const cut = { retryable: true, key };
      throw new BinimportError("unavailable", `Cannot ${doing} "${place}": ${state}`, cut);
    }
    exchange.close();
    controller.close();
  }

  return new ReadableStream({
    pull: (controller) =>
      pull(controller).catch((error) => {
        exchange.close();
        call.signal?.throwIfAborted();
        throw toBinimportError(error, call);
      }),
    cancel: () => exchange.close(),
  }, { highWaterMark: 0 });
}
