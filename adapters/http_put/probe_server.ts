/** What can be found out about a server only by trying. */
import { setTimeout as sleep } from "node:timers/promises";
import type { CallOptions } from "../../core/storage/mod.ts";
import { hasCode } from "../../core/util/errors.ts";
import { urlOfKey } from "../option_values.ts";
import { identityOf, tellingHeader } from "./digests.ts";
import { makeFolders, removeFolder, request, type Store, TAKEN } from "./folders.ts";
import { getObject } from "./objects.ts";
import type { Request } from "./requests.ts";

/** What the trial object holds: more than a server buffers, and fit to be read by anybody. */
const WHOLE = new TextEncoder().encode("binimport was here\n".repeat(10_000));

/** A server that writes in place has begun by then, in milliseconds. */
const BEGUN = 100;

/**
 * Tries whether objects can be put here, whether the server makes their folders by itself, and
 * whether a reader would see an object that has come half. One that shows such is refused: what is
 * under its final name would not always be whole.
 */
export async function tryOut(store: Store, call: CallOptions): Promise<void> {
  const folder = `.binimport/trial-${crypto.randomUUID()}`;
  const key = `${folder}/file`;
  try {
    // Credentials that are wrong are told at once.
    const missing = [400, 403, 404, 409, 500]; // what servers say of a folder that is missing
    const answer = await request(store, putRequest(store, key, call), [...TAKEN, ...missing]);
    answer.skip();
    store.makesFolders = answer.status < 300;
    if (!store.makesFolders) {
      await makeFolders(store, key, call.signal);
      (await request(store, putRequest(store, key, call), TAKEN)).skip();
    }
    await lookBack(store, key, call);
    if (!store.moves && await showsParts(store, key, call)) throw refuse(store);
  } catch (error) {
    await removeFolder(store, folder);
    throw error;
  }
  const { body: _, ...put } = putRequest(store, key, call);
  const wanted = { ...put, method: "DELETE", doing: "remove what was put on trial at" } as const;
  (await request(store, wanted, [200, 202, 204, 404, 410])).skip();
  await removeFolder(store, folder);
}

/** Reads the trial object: whether it is what was put, and what the server tells of it besides. */
async function lookBack(store: Store, key: string, call: CallOptions): Promise<void> {
  const { answer, stream } = await getObject(store, key, call).catch((error) => {
    throw hasCode(error, "not-found") ? anotherAnswer(store, "that there is no such file") : error;
  });
  if (!await isWhole(stream)) {
    const type = answer.header("content-type");
    throw anotherAnswer(store, `something else${type ? `, of type "${type.slice(0, 60)}"` : ""}`);
  }
  store.telling = tellingHeader(answer, WHOLE);
  store.hasEtags = identityOf(answer).etag !== undefined;
}

function anotherAnswer({ endpoint, host }: Store, what: string): Error {
  const state = `asked for what was just put there, the server answers ${what}`;
  return host.error("unsupported", `Cannot put files at "${endpoint.href}": ${state}`, {
    hint:
      "A login page or a proxy answers in place of a store of files, or this is not the address " +
      "of a folder or repository: check --endpoint, and the credentials.",
  });
}

/** Puts half of another object under the key, and looks what is there meanwhile and afterwards. */
async function showsParts(
  store: Store,
  key: string,
  call: CallOptions,
): Promise<boolean> {
  let intact = true;
  const half = async function* () {
    yield new Uint8Array(WHOLE.length);
    await sleep(BEGUN);
    intact = await isWhole((await getObject(store, key, call)).stream);
    throw new HalfEnough();
  };
  const body = { size: 2 * WHOLE.length, chunks: half() };
  try {
    (await store.connection.send({ ...putRequest(store, key, call), body })).skip();
  } catch (error) {
    if (!(error instanceof HalfEnough)) throw error;
    await sleep(BEGUN);
  }
  return !intact || !await isWhole((await getObject(store, key, call)).stream);
}

class HalfEnough extends Error {}

async function isWhole(stream: ReadableStream<Uint8Array>): Promise<boolean> {
  let at = 0;
  for await (const chunk of stream) {
    if (!chunk.every((byte) => byte === WHOLE[at++])) return false;
  }
  return at === WHOLE.length;
}

function putRequest({ endpoint }: Store, key: string, { signal }: CallOptions): Request {
  const chunks = async function* () {
    yield WHOLE;
  };
  return {
    doing: "put files at",
    place: endpoint.href,
    signal,
    method: "PUT",
    url: urlOfKey(endpoint, key),
    body: { size: WHOLE.length, chunks: chunks() },
  };
}

function refuse({ endpoint, host }: Store): Error {
  return host.error(
    "unsupported",
    `Cannot put files at "${endpoint.href}": the server shows files that have come half`,
    {
      hint:
        "A node could fetch such a file. Use a server that shows a file when it is whole, such as nginx, Apache httpd, Nexus or Artifactory.",
    },
  );
}
