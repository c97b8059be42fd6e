/** Finding, reading and removing one object. */
import type { CallOptions, ObjectInfo } from "../../core/storage/mod.ts";
import { parseAddress, redirectOf } from "../../core/util/address.ts";
import { type Answer, refusal } from "./errors.ts";
import { addressOf, request, type Store } from "./folders.ts";
import type { Request } from "./requests.ts";

/** Artifactory, and proxies in front of object stores, have bodies fetched elsewhere. */
const MAX_REDIRECTS = 5;

/** What is under a key; `undefined` for nothing, and for a folder. */
export async function headObject(
  store: Store,
  key: string,
  options: CallOptions = {},
): Promise<ObjectInfo | undefined> {
  store.host.checkKey(key);
  const wanted = objectRequest(store, "HEAD", key, "look at", options);
  const answer = await followed(store, wanted);
  if (answer.status !== 200 && !isNothing(answer, wanted.url)) {
    throw await refusal(answer, wanted, store.host);
  }
  answer.skip();
  if (isNothing(answer, wanted.url)) return undefined;
  const length = answer.header("content-length");
  const size = length === undefined ? await lengthByReading(store, key, options) : Number(length);
  return { key, size, ...digests(answer) };
}

/** Apache httpd tells a HEAD no length of an object that is empty. */
async function lengthByReading(store: Store, key: string, options: CallOptions): Promise<number> {
  let size = 0;
  for await (const chunk of await getObject(store, key, options)) size += chunk.length;
  return size;
}

/** The bytes under a key. */
export async function getObject(
  store: Store,
  key: string,
  options: CallOptions = {},
): Promise<ReadableStream<Uint8Array>> {
  return (await openObject(store, key, options)).stream;
}

/** The same with the answer's head. */
export async function openObject(
  store: Store,
  key: string,
  options: CallOptions,
): Promise<{ readonly answer: Answer; readonly stream: ReadableStream<Uint8Array> }> {
  store.host.checkKey(key);
  const wanted = objectRequest(store, "GET", key, "read", options);
  const answer = await followed(store, wanted);
  if (answer.status === 200) {
    return { answer, stream: ReadableStream.from(bytesOf(answer, wanted, store)) };
  }
  if (!isNothing(answer, wanted.url)) throw await refusal(answer, wanted, store.host);
  answer.skip();
  throw store.host.error("not-found", `Cannot read "${wanted.place}": no such object`, { key });
}

/** Takes an object away. A folder of that name stays: WebDAV would delete all that is in it. */
export async function removeObject(
  store: Store,
  key: string,
  options: CallOptions = {},
): Promise<void> {
  if (await headObject(store, key, options) === undefined) return;
  const wanted = objectRequest(store, "DELETE", key, "remove", options);
  (await request(store, wanted, [200, 202, 204, 404])).skip();
}

/** A request about an object. */
export function objectRequest(
  { endpoint }: Store,
  method: Request["method"],
  key: string,
  verb: string,
  { signal }: CallOptions,
): Request {
  const url = addressOf(endpoint, key);
  const doing = `${verb} ${JSON.stringify(key)} at`;
  return { method, url, doing, place: endpoint.href, key, signal };
}

/** The answer behind redirects; one to the same name with a slash is that of a folder. */
export async function followed(store: Store, wanted: Request): Promise<Answer> {
  let url = wanted.url;
  for (let redirects = 0;; redirects++) {
    const answer = await store.connection.send({ ...wanted, url });
    const next = redirectOf(answer, url);
    if (next === undefined || redirects >= MAX_REDIRECTS || isNothing(answer, url)) return answer;
    answer.skip();
    url = next;
  }
}

/** 405: some WebDAV servers can do nothing with a folder but list it. */
function isNothing({ status, header }: Answer, url: URL): boolean {
  if ([404, 405, 410].includes(status)) return true;
  const location = header("location");
  return location !== undefined &&
    parseAddress(location, url)?.pathname === `${url.pathname}/`;
}

/** A body that ends early is an error, which node:http tells with code `ECONNRESET`. */
async function* bytesOf(
  { body, header }: Answer,
  wanted: Request,
  { host }: Store,
): AsyncGenerator<Uint8Array> {
  let seen = 0;
  try {
    for await (const chunk of body) {
      seen += chunk.length;
      yield chunk;
    }
  } catch (cause) {
    wanted.signal?.throwIfAborted();
    throw broken(wanted, host, cause);
  }
  const length = header("content-length");
  if (length !== undefined && seen !== Number(length)) throw broken(wanted, host);
}

function broken({ place, doing, key }: Request, host: Store["host"], cause?: unknown): Error {
  return host.error("unavailable", `Cannot ${doing} "${place}": the body was cut off`, {
    retryable: true,
    cause,
    ...(key !== undefined && { key }),
  });
}

/**
 * What tells whether anything touched the object. An ETag made of size and time (nginx, Apache
 * httpd, Go's WebDAV) does not: only one that holds a digest counts, as Nexus and Artifactory give.
 */
export function digests({ header }: Answer): Pick<ObjectInfo, "etag" | "sha256"> {
  const [etag] = /[0-9a-f]{32,}/i.exec(header("etag") ?? "") ?? [];
  const sha256 = header("x-checksum-sha256");
  return {
    ...(etag !== undefined && { etag: etag.toLowerCase() }),
    ...(sha256 !== undefined && /^[0-9a-f]{64}$/.test(sha256) && { sha256 }),
  };
}
