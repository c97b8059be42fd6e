/** Finding, reading and removing one object. */
import type { CallOptions, ObjectInfo } from "../../core/storage/mod.ts";
import { parseAddress, redirectOf } from "../../core/util/address.ts";
import { urlOfKey } from "../option_values.ts";
import { identityOf } from "./digests.ts";
import { refusal } from "./errors.ts";
import { request, type Store } from "./folders.ts";
import type { Answer, Request } from "./requests.ts";

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
  const isMissing = isNothing(answer, wanted.url);
  if (answer.status !== 200 && !isMissing) throw await refusal(answer, wanted, store.host);
  answer.skip();
  if (isMissing) return undefined;
  const length = answer.header("content-length");
  const size = length === undefined ? await lengthByReading(store, key, options) : Number(length);
  return { key, size, ...identityOf(answer) };
}

/** In milliseconds. */
const LENGTH_LIMIT = 60_000;

/** Apache httpd tells a HEAD no length of an object that is empty. */
async function lengthByReading(store: Store, key: string, options: CallOptions): Promise<number> {
  const limit = performance.now() + LENGTH_LIMIT;
  let size = 0;
  for await (const chunk of (await getObject(store, key, options)).stream) {
    size += chunk.length;
    if (performance.now() < limit) continue;
    const state = "the server tells no length of it, and it has no end";
    throw store.host.error("unavailable", `Cannot look at ${JSON.stringify(key)}: ${state}`);
  }
  return size;
}

/** The bytes under a key, and the head of the answer that they come in. */
export async function getObject(
  store: Store,
  key: string,
  options: CallOptions = {},
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

export function objectRequest(
  { endpoint }: Store,
  method: Request["method"],
  key: string,
  verb: string,
  { signal }: CallOptions,
): Request {
  const url = urlOfKey(endpoint, key);
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
  { place, doing, key = "", signal }: Request,
  { host }: Store,
): AsyncGenerator<Uint8Array> {
  const broken = (cause?: unknown) =>
    host.error("unavailable", `Cannot ${doing} "${place}": the body was cut off`, {
      retryable: true,
      cause,
      key,
    });
  let seen = 0;
  try {
    for await (const chunk of body) {
      seen += chunk.length;
      yield chunk;
    }
  } catch (cause) {
    signal?.throwIfAborted();
    throw broken(cause);
  }
  const length = header("content-length");
  if (length !== undefined && seen !== Number(length)) throw broken();
}
