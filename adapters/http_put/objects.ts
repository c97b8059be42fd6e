/** Finding, reading and removing one object. */
import type { AdapterHost, CallOptions, ObjectInfo } from "../../core/storage/mod.ts";
import { parseAddress, redirectOf } from "../../core/util/address.ts";
import { urlOfKey } from "../option_values.ts";
import { identityOf, type TellingHeader } from "./digests.ts";
import { refusal } from "./errors.ts";
import type { Answer, Request } from "./messages.ts";
import type { Connection } from "./requests.ts";

/** One place on a server. */
export interface Store {
  readonly connection: Connection;
  readonly host: AdapterHost;
  /** What keys are appended to; ends in `/`. */
  readonly endpoint: URL;
  /** Folders that are there, or being made, as paths of URLs that end in `/`. */
  readonly folders: Map<string, Promise<void>>;
  /** Where the server tells digests of what it has, if it does; found out by `prepare`. */
  telling: TellingHeader | undefined;
  /** Whether ETags tell a touch; found out by `prepare`. */
  hasEtags: boolean;
  /** Whether the server makes the folders of an object by itself; found out by `prepare`. */
  makesFolders: boolean;
  /** Whether an object is put under another name and moved, for the server writes in place. */
  readonly moves: boolean;
}

/** What is under a key; `undefined` for nothing, and for a folder. */
export async function headObject(
  store: Store,
  key: string,
  options: CallOptions = {},
): Promise<ObjectInfo | undefined> {
  store.host.checkKey(key);
  const answer = await answerFor(store, objectRequest(store, "HEAD", key, "look at", options));
  if (answer === undefined) return undefined;
  answer.skip();
  const length = answer.header("content-length");
  const size = length === undefined ? await lengthByReading(store, key, options) : Number(length);
  return { key, size, ...identityOf(answer) };
}

/** Apache httpd tells a HEAD no length of an object that is empty. */
async function lengthByReading(store: Store, key: string, options: CallOptions): Promise<number> {
  const limit = performance.now() + 60_000;
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
  const answer = await answerFor(store, wanted);
  if (answer === undefined) {
    throw store.host.error("not-found", `Cannot read "${wanted.place}": no such object`, { key });
  }
  return { answer, stream: ReadableStream.from(bytesOf(answer, wanted, store)) };
}

/** Takes an object away. A folder of that name stays: WebDAV would delete all that is in it. */
export async function removeObject(store: Store, key: string, options: CallOptions): Promise<void> {
  if (await headObject(store, key, options) === undefined) return;
  const wanted = objectRequest(store, "DELETE", key, "remove", options);
  (await store.connection.send(wanted, [200, 202, 204, 404])).skip();
}

export function objectRequest(
  { endpoint }: Store,
  method: Request["method"],
  key: string,
  verb: string,
  { signal }: CallOptions,
): Request {
  const doing = `${verb} ${JSON.stringify(key)} at`;
  return { method, url: urlOfKey(endpoint, key), doing, place: endpoint.href, key, signal };
}

/** Artifactory, and proxies in front of object stores, have bodies fetched elsewhere. */
const MAX_REDIRECTS = 5;

/**
 * The answer to a GET or HEAD, behind redirects; `undefined` where there is nothing, or a folder. For
 * a folder, some servers redirect to its name with a slash, or can do nothing but list it (405).
 */
export async function answerFor(store: Store, wanted: Request): Promise<Answer | undefined> {
  let url = wanted.url;
  for (let redirects = 0;; redirects++) {
    const answer = await store.connection.send({ ...wanted, url });
    const { status, header } = answer;
    if (status === 200) return answer;
    const isFolder = parseAddress(header("location") ?? "", url)?.pathname === `${url.pathname}/`;
    const next = isFolder || [404, 405, 410].includes(status) ? null : redirectOf(answer, url);
    if (next === undefined || redirects >= MAX_REDIRECTS) {
      throw await refusal(answer, wanted, store.host);
    }
    answer.skip();
    if (next === null) return undefined;
    url = next;
  }
}

/** A body that ends early is an error, which node:http tells with code `ECONNRESET`. */
async function* bytesOf({ body, header }: Answer, wanted: Request, { host }: Store) {
  const { place, doing, key = "", signal } = wanted;
  let seen = 0;
  let cause: unknown;
  try {
    for await (const chunk of body) {
      seen += chunk.length;
      yield chunk;
    }
    if (seen === Number(header("content-length") ?? seen)) return;
  } catch (error) {
    signal?.throwIfAborted();
    cause = error;
  }
  const message = `Cannot ${doing} "${place}": the body was cut off`;
  throw host.error("unavailable", message, { retryable: true, cause, key });
}
