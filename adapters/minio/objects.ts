/** Requests about one object. */
import { Buffer } from "node:buffer";
import type { IncomingMessage } from "node:http";
import type { ObjectInfo } from "../../core/storage/mod.ts";
import { digestOf } from "../../core/util/digest.ts";
import { BinimportError, hasCode, messageOf } from "../../core/util/errors.ts";
import { elements, elementText } from "../../core/util/xml.ts";
import {
  about,
  bareEtag,
  crcOf,
  guarded,
  isEtagOf,
  isLockKey,
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
import { escapeQuery, nameDecoder, NotS3Error, send, sendForText } from "./requests.ts";

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

interface Page {
  readonly objects: readonly ObjectInfo[];
  /** The last name on it, whole; `undefined` when there is none. */
  readonly last: string | undefined;
  /** Where the next page begins; `undefined` on the last. */
  readonly next: PageStart | undefined;
}

/** How a page is asked for: by the token of the one before, or by a name that it begins behind. */
interface PageStart {
  readonly by: "continuation-token" | "marker" | "start-after";
  readonly value: string;
}

/** Every object but the locks whose key begins with the prefix, in the order of names' bytes. */
export async function* listObjects(
  store: Store,
  prefix: string,
  signal: AbortSignal | undefined,
): AsyncGenerator<ObjectInfo> {
  for await (const objects of listPages(store, prefix, signal)) {
    yield* objects.filter(({ key }) => !isLockKey(key));
  }
}

/** The locks among the objects whose key begins with the prefix. */
export async function listLocks(
  store: Store,
  prefix: string,
  signal: AbortSignal | undefined,
): Promise<string[]> {
  const locks: string[] = [];
  for await (const objects of listPages(store, prefix, signal)) {
    locks.push(...objects.map(({ key }) => key).filter(isLockKey));
  }
  return locks;
}

async function* listPages(
  store: Store,
  prefix: string,
  signal: AbortSignal | undefined,
): AsyncGenerator<readonly ObjectInfo[]> {
  const seen = new Set<string>();
  let page = await listPage(store, prefix, undefined, signal);
  for (let empty = 0;;) {
    yield page.objects;
    empty = page.objects.length === 0 ? empty + 1 : 0;
    const { next } = page;
    if (next === undefined) return;
    if (seen.has(next.value) || empty > MAX_EMPTY) throw endless(store);
    seen.add(next.value);
    page = await nextPage(store, prefix, next, signal);
  }
}

/** Pages without an object, of which S3 may give some, in a row. */
const MAX_EMPTY = 100;

function endless({ name }: Store): BinimportError {
  return new BinimportError("target", `Cannot list "${name}": the server's list has no end`, {
    hint: "Its pages lead back to each other, or hold nothing: see the server's log.",
  });
}

/** Of servers that give no token, some begin behind `marker`, as in version 1, others do not. */
async function nextPage(
  store: Store,
  prefix: string,
  next: PageStart,
  signal: AbortSignal | undefined,
): Promise<Page> {
  const page = await listPage(store, prefix, next, signal);
  if (goesOn(page, next)) return page;
  const other: PageStart = { ...next, by: "start-after" };
  if (next.by === "marker") {
    const behind = await listPage(store, prefix, other, signal);
    if (goesOn(behind, other)) return behind;
  }
  // Taking the first page for the whole would upload, or leave, what was not seen.
  throw new BinimportError(
    "unsupported",
    `Cannot list "${prefix}" in "${store.name}": the listing goes on, and nothing tells where`,
    { hint: "No whole listing can be had of this server. Use another one." },
  );
}

/** Whether it is another page than the one before. */
function goesOn({ last, next }: Page, { by, value }: PageStart): boolean {
  if (by === "continuation-token") return true;
  if (last === undefined) return next === undefined;
  return Buffer.compare(Buffer.from(last), Buffer.from(value)) > 0;
}

function listPage(
  store: Store,
  prefix: string,
  from: PageStart | undefined,
  signal: AbortSignal | undefined,
): Promise<Page> {
  const query = [
    "encoding-type=url", // XML cannot hold every character that a name may have.
    `prefix=${escapeQuery(store.prefix + prefix)}`,
    ...(from === undefined ? [] : [`${from.by}=${escapeQuery(from.value)}`]),
  ].join("&");
  const call = { doing: `list "${prefix}" in`, place: store.name, signal };
  return store.connection.call(call, async (attempt) => {
    const isV1 = attempt.quirks.has("list-v1") || from?.by === "marker";
    const { text } = await sendForText(attempt, {
      method: "GET",
      bucket: store.bucket,
      query: isV1 ? query : `list-type=2&${query}`,
    });
    const page = readPage(store, text);
    if (!isV1 && page.next?.by === "marker") store.connection.note("list-without-token");
    return page;
  });
}

function readPage(store: Store, xml: string): Page {
  const [listing] = elements(xml, "ListBucketResult");
  if (listing === undefined) throw new NotS3Error("the answer is no listing");
  const decode = nameDecoder(listing);
  const objects = elements(listing, "Contents").map((object) => ({
    name: decode(elementText(object, "Key") ?? ""),
    size: Number(elementText(object, "Size")),
    ...knownEtag(elementText(object, "ETag")),
  }));
  const last = objects.at(-1)?.name;
  const isLast = elementText(listing, "IsTruncated") !== "true";
  return {
    objects: objects
      .map(({ name, ...facts }) => ({ key: name.slice(store.prefix.length), ...facts }))
      // A name that ends in "/" marks a folder in somebody's console; it is no file.
      .filter(({ key }) => key !== "" && !key.endsWith("/")),
    last,
    next: isLast ? undefined : startOfNext(listing, last, decode),
  };
}

function startOfNext(
  listing: string,
  last: string | undefined,
  decode: (name: string) => string,
): PageStart {
  const token = elementText(listing, "NextContinuationToken");
  if (token) return { by: "continuation-token", value: token };
  const marker = elementText(listing, "NextMarker");
  return { by: "marker", value: marker ? decode(marker) : last ?? "" };
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
