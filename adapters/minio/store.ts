/**
 * What every operation on a bucket works with.
 *
 * How a body is guarded on its way: by a CRC-32 that the server computes again. To sign the SHA-256
 * of each body instead costs 0.8 s for a GB, on both sides; a CRC costs a tenth of that.
 */
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import { crc32 } from "node:zlib";
import { type AdapterHost, assertKey, type Shard, STATE_FOLDER } from "../../core/storage/mod.ts";
import { hasCode, messageOf } from "../../core/util/errors.ts";
import type { Attempt, Call, Connection } from "./connection.ts";
import type { PartBuffers } from "./parts.ts";
import type { BucketRequest } from "./requests.ts";

/** A part of a bucket, and the means to reach it. */
export interface Store {
  readonly connection: Connection;
  readonly bucket: string;
  /** What every object's name begins with: empty, or ending in `/`. */
  readonly prefix: string;
  /** How errors call it: `http://host:port/bucket/prefix`. */
  readonly name: string;
  /** How errors call the server: `http://host:port`. */
  readonly server: string;
  /** Objects larger than this many bytes go up in parts of so many. */
  readonly partSize: number;
  readonly buffers: PartBuffers;
  /** Whether the server has shown that it looks at checksums. */
  readonly checksums: { seen: boolean };
  /** When it was opened, by `performance.now()`. */
  readonly openedAt: number;
  /** The ids of the uploads that were begun here. */
  readonly begun: Set<string>;
  /** Discards each upload that was staged and not published. */
  readonly unpublished: Set<() => Promise<void>>;
  readonly host: AdapterHost;
}

/** The name in the bucket of the object under a key. Throws code `invalid-key`. */
export function objectName({ prefix }: Store, key: string): string {
  assertKey(key);
  if (prefix !== "") assertKey(prefix + key);
  return prefix + key;
}

/** A call about one object. `what` names it with the preposition of the place: `upload KEY to`. */
export function about(
  store: Store,
  what: `${string}KEY${string}`,
  key: string,
  signal?: AbortSignal,
): Call {
  return { doing: what.replace("KEY", () => `"${key}"`), place: store.name, key, signal };
}

export function target(store: Store, key: string): { bucket: string; object: string } {
  return { bucket: store.bucket, object: objectName(store, key) };
}

/** The headers that an object is stored with. `sha256` is that of all its bytes. */
export function objectHeaders(sha256: string | undefined): Record<string, string> {
  return {
    "content-type": "application/octet-stream",
    ...(sha256 !== undefined && { "x-amz-meta-sha256": sha256 }),
  };
}

/** An ETag without its quotes, and without the mark that a compressing proxy puts on it. */
export function bareEtag(etag: string): string {
  return etag.replace(/^W\//, "").replace(/^"|"$/g, "");
}

/** An object's ETag; nothing where the server gives none. */
export function knownEtag(etag: string | undefined): { readonly etag?: string } {
  const bare = bareEtag(etag ?? "");
  return bare === "" ? {} : { etag: bare };
}

/** MD5 in lower-case hex, as ETags have it; Aliyun OSS writes them in capitals. */
export function md5Of(bytes: Uint8Array): string {
  return createHash("md5").update(bytes).digest("hex");
}

const HEADER = "x-amz-checksum-crc32";

/**
 * The checksum goes along with every body. Until an answer has shown that the server looks at it,
 * the body is signed as well; with TLS, too, where the server refuses checksums.
 */
export function guarded(store: Store, { quirks }: Attempt, crc: string): Partial<BucketRequest> {
  if (quirks.has("no-checksums")) return { signed: true };
  const isSigned = store.connection.signsPayload && !store.checksums.seen;
  return { headers: { [HEADER]: crc }, signed: isSigned };
}

/** As S3 writes it: in base64, the highest byte first. */
export function crcOf(bytes: Uint8Array): string {
  const value = Buffer.alloc(4);
  value.writeUInt32BE(crc32(bytes));
  return value.toString("base64");
}

/**
 * Whether an answer leaves it open what the server has: it shows neither the checksum, which one
 * that has checked a body gives back, nor the MD5. One whose ETag looks like an MD5 and is another
 * encrypts, or keeps something else than it was sent.
 */
export function isDoubtful(
  store: Store,
  { crc, bytes }: { readonly crc: string; readonly bytes: Uint8Array },
  { etag = "", ...headers }: IncomingHttpHeaders,
): boolean {
  if (headers[HEADER] === crc) {
    store.checksums.seen = true;
    return false;
  }
  const bare = bareEtag(etag).toLowerCase();
  return /^[0-9a-f]{32}$/.test(bare) && bare !== md5Of(bytes);
}

/** The lock that a whole import keeps, and that a share holds for moments. */
export const LOCK_KEY: string = `${STATE_FOLDER}/lock`;

/** The lock that a share keeps. */
export function shareKey({ index, count }: Shard): string {
  return `${LOCK_KEY}-${index}-of-${count}`;
}

/** Whose lock lies under a key; undefined when it is no share's. */
export function shareOf(key: string): Shard | undefined {
  const [, index, count] = key.startsWith(LOCK_KEY)
    ? /^-(\d+)-of-(\d+)$/.exec(key.slice(LOCK_KEY.length)) ?? []
    : [];
  return index === undefined ? undefined : { index: Number(index), count: Number(count) };
}

export function isLockKey(key: string): boolean {
  return key === LOCK_KEY || shareOf(key) !== undefined;
}

/**
 * Where the user may not do some work, or the server cannot, it is left, and the log says so: that is
 * no reason not to import.
 */
export async function whereAllowed<T>(
  { host }: Store,
  signal: AbortSignal | undefined,
  work: () => Promise<T>,
): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    signal?.throwIfAborted();
    if (hasCode(error, "unavailable")) throw error;
    host.debug(messageOf(error));
    return undefined;
  }
}
