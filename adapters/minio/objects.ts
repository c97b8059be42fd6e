/** Requests about one object. */
import type { Buffer } from "node:buffer";
import type { ObjectInfo } from "../../core/adapter.ts";
import { hasCode, messageOf } from "../../core/errors.ts";
import { guard, noteChecksum } from "./checksum.ts";
import { NotS3Error, sendForText } from "./requests.ts";
import {
  about,
  bareEtag,
  knownEtag,
  objectHeaders,
  objectName,
  type Store,
  target,
} from "./store.ts";

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
export function putObject(
  store: Store,
  key: string,
  bytes: Buffer,
  sha256: string,
  signal: AbortSignal | undefined,
): Promise<ObjectInfo> {
  const { headers: checksum, crc, signed } = guard(store, bytes);
  return store.connection.call(about(store, "upload", key, signal), async (attempt) => {
    const { headers } = await sendForText(attempt, {
      ...target(store, key),
      method: "PUT",
      headers: { ...objectHeaders(sha256), ...checksum },
      body: bytes,
      sha256,
      signed,
    });
    if (headers.etag === undefined) throw new NotS3Error("the answer has no ETag");
    noteChecksum(store, crc, headers);
    return { key, size: bytes.length, etag: bareEtag(headers.etag), sha256 };
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
    await store.connection.call(
      call,
      ({ client }) => client.setObjectTagging(store.bucket, objectName(store, key), { sha256 }),
    );
  } catch (error) {
    signal?.throwIfAborted();
    store.host.debug(messageOf(error));
  }
}
