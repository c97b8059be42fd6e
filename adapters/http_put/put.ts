/** Storing one object, so that no reader sees a part of it, and finding out what the server has. */
import { createHash } from "node:crypto";
import {
  type ObjectInfo,
  type PutOptions,
  type PutSource,
  STATE_FOLDER,
} from "../../core/storage/mod.ts";
import { hasCode } from "../../core/util/errors.ts";
import { toldDigest } from "./digests.ts";
import type { Answer } from "./errors.ts";
import {
  addressOf,
  makeFolders,
  newTemporary,
  removeBroken,
  request,
  type Store,
  TAKEN,
} from "./folders.ts";
import { digests, followed, objectRequest, removeObject } from "./objects.ts";
import type { Request } from "./requests.ts";

/**
 * Puts an object; the server gets all of it only when all of it is right. `sha256` is in what it
 * gives if the server tells a digest of what it has, and that is the right one.
 */
export async function putObject(
  store: Store,
  key: string,
  source: PutSource,
  options: PutOptions = {},
): Promise<ObjectInfo> {
  store.host.checkKey(key);
  options.signal?.throwIfAborted();
  await makeFolders(store, key, options.signal);
  try {
    return await putOnce(store, key, source, options);
  } catch (error) {
    // A repository that takes each name only once: our own record may go for the next one.
    const isTaken = hasCode(error, "forbidden") || hasCode(error, "target");
    const isOwn = key.startsWith(`${STATE_FOLDER}/`);
    if (!isTaken || !isOwn || !source.replayable) throw error;
    await removeObject(store, key, options);
    return await putOnce(store, key, source, options);
  }
}

async function putOnce(
  store: Store,
  key: string,
  source: PutSource,
  options: PutOptions,
): Promise<ObjectInfo> {
  const hash = store.telling && createHash(store.telling.kind);
  async function* chunks(): AsyncGenerator<Uint8Array> {
    for await (const chunk of store.host.read(key, source, options)) {
      hash?.update(chunk);
      yield chunk;
    }
  }
  const { sha256 } = options;
  const wanted: Request = {
    ...objectRequest(store, "PUT", key, "store", options),
    body: { size: source.size, chunks: chunks() },
    ...(sha256 !== undefined && { headers: { "x-checksum-sha256": sha256 } }), // Artifactory looks
  };
  const answer = store.moves
    ? await putAndMove(store, wanted)
    : await request(store, wanted, TAKEN);
  answer.skip();
  const seen = await look(store, wanted, answer);
  const digest = hash?.digest("hex");
  const isKnown = seen.digest !== undefined && digest !== undefined;
  if (isKnown && seen.digest !== digest) throw await damaged(store, wanted, seen.digest, digest);
  const vouched = isKnown ? sha256 ?? source.sha256?.() : undefined;
  return {
    key,
    size: source.size,
    ...(seen.etag !== undefined && { etag: seen.etag }),
    ...(vouched !== undefined && { sha256: vouched }),
  };
}

interface Seen {
  readonly etag?: string;
  readonly digest?: string;
}

/** What the server tells of what it has: in its answer, else when it is asked. */
async function look(store: Store, put: Request, answer: Answer): Promise<Seen> {
  const { telling, hasEtags } = store;
  const told = (one: Answer) => telling && toldDigest(one, telling);
  if (telling === undefined && !hasEtags) return {};
  const isAnswered = (!hasEtags || digests(answer).etag) && (telling === undefined || told(answer));
  const seen = isAnswered && !store.moves ? answer : await askAgain(store, put);
  const { etag } = digests(seen);
  const digest = told(seen);
  return { ...(etag !== undefined && { etag }), ...(digest !== undefined && { digest }) };
}

async function askAgain(store: Store, { body: _, headers: __, ...put }: Request): Promise<Answer> {
  const answer = await followed(store, { ...put, method: "HEAD" });
  answer.skip();
  return answer;
}

/** What is under the name now is not what was sent: nobody is to fetch it. */
async function damaged(
  store: Store,
  put: Request,
  found: string | undefined,
  expected: string,
): Promise<Error> {
  const { doing, place, key = "" } = put;
  await removeBroken(store, key);
  const state = `it arrived damaged: the server has digest ${found} instead of ${expected}`;
  return store.host.error("integrity", `Cannot ${doing} "${place}": ${state}`, {
    key,
    retryable: true,
    hint: "Check its disks, and what is between here and there. What came was removed.",
  });
}

async function putAndMove(store: Store, wanted: Request): Promise<Answer> {
  const temporary = newTemporary();
  await makeFolders(store, temporary, wanted.signal ?? undefined);
  const url = addressOf(store.endpoint, temporary);
  try {
    (await request(store, { ...wanted, url }, TAKEN)).skip();
    return await move(store, url, wanted);
  } catch (error) {
    await removeBroken(store, temporary);
    throw error;
  }
}

/** RFC 4918, 9.9. */
async function move(store: Store, from: URL, { body: _, ...put }: Request): Promise<Answer> {
  const headers = { destination: put.url.href, overwrite: "T" };
  return await request(store, { ...put, method: "MOVE", url: from, headers }, [201, 204]);
}
