/** Storing one object, so that no reader sees a part of it, and finding out what the server has. */
import { createHash } from "node:crypto";
import {
  type ObjectInfo,
  type PutOptions,
  type PutSource,
  STATE_FOLDER,
} from "../../core/storage/mod.ts";
import { hasCode } from "../../core/util/errors.ts";
import { urlOfKey } from "../option_values.ts";
import { identityOf, toldDigest } from "./digests.ts";
import { makeFolders, removeQuietly, TEMPORARY } from "./folders.ts";
import { answerFor, objectRequest, removeObject, type Store } from "./objects.ts";
import { type Answer, type Request, TAKEN } from "./messages.ts";

/** Puts an object. Gives its `sha256` where the server tells a digest, and that is the right one. */
export async function putObject(
  store: Store,
  key: string,
  source: PutSource,
  options: PutOptions = {},
): Promise<ObjectInfo> {
  store.host.checkKey(key);
  options.signal?.throwIfAborted();
  await makeFolders(store, key, options);
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

async function putOnce(store: Store, key: string, source: PutSource, options: PutOptions) {
  const { host, telling } = store;
  const hash = telling && createHash(telling.kind);
  async function* chunks(): AsyncGenerator<Uint8Array> {
    for await (const chunk of host.read(key, source, options)) {
      hash?.update(chunk);
      yield chunk;
    }
  }
  const { sha256 } = options;
  const wanted = objectRequest(store, "PUT", key, "store", options);
  const answer = await send(store, {
    ...wanted,
    body: { size: source.size, chunks: chunks() },
    ...(sha256 !== undefined && { headers: { "x-checksum-sha256": sha256 } }), // Artifactory looks
  });
  answer.skip();
  const { etag, digest: found } = await look(store, wanted, answer);
  const digest = found && hash?.digest("hex");
  if (found !== digest) {
    // What is under the name now is not what was sent: nobody is to fetch it.
    await removeQuietly(store, wanted.url);
    const state = `it arrived damaged: the server has digest ${found} instead of ${digest}`;
    throw host.error("integrity", `Cannot ${wanted.doing} "${wanted.place}": ${state}`, {
      key,
      retryable: true,
      hint: "Check its disks, and what is between here and there. What came was removed.",
    });
  }
  const vouched = digest && (sha256 ?? source.sha256?.());
  return {
    key,
    size: source.size,
    ...(etag !== undefined && { etag }),
    ...(vouched !== undefined && { sha256: vouched }),
  };
}

/** What the server tells of what it has: in its answer, else when it is asked. */
async function look(store: Store, put: Request, answer: Answer) {
  const { telling, hasEtags } = store;
  const told = (one?: Answer) => ({
    etag: one && identityOf(one).etag,
    digest: one && telling && toldDigest(one, telling),
  });
  if (telling === undefined && !hasEtags) return told();
  const { etag, digest } = told(answer);
  const isAnswered = (etag || !hasEtags) && (digest || telling === undefined);
  if (isAnswered && !store.moves) return { etag, digest };
  const asked = await answerFor(store, { ...put, method: "HEAD" });
  asked?.skip();
  return told(asked);
}

/** Where the server writes in place, under another name first, which is moved (RFC 4918, 9.9). */
async function send(store: Store, wanted: Request): Promise<Answer> {
  const { connection, endpoint, moves } = store;
  if (!moves) return await connection.send(wanted, TAKEN);
  const temporary = `${TEMPORARY}/${Date.now()}-${crypto.randomUUID()}`;
  await makeFolders(store, temporary, wanted);
  const url = urlOfKey(endpoint, temporary);
  try {
    (await connection.send({ ...wanted, url }, TAKEN)).skip();
    const headers = { destination: wanted.url.href, overwrite: "T" };
    const { body: _, ...move } = { ...wanted, method: "MOVE" as const, url, headers };
    return await connection.send(move, [201, 204]);
  } catch (error) {
    await removeQuietly(store, url);
    throw error;
  }
}
