/** What can be found out about a server only by trying. */
import { setTimeout as sleep } from "node:timers/promises";
import type { CallOptions } from "../../core/storage/mod.ts";
import { hasCode } from "../../core/util/errors.ts";
import { urlOfKey } from "../option_values.ts";
import { identityOf, tellingHeader } from "./digests.ts";
import { makeFolders, removeFolder } from "./folders.ts";
import { getObject, type Store } from "./objects.ts";
import { TAKEN } from "./messages.ts";

/** What the trial object holds: more than a server buffers, and fit to be read by anybody. */
const WHOLE = new TextEncoder().encode("binimport was here\n".repeat(10_000));

/** A server that writes in place has begun by then, in milliseconds. */
const BEGUN = 100;

/**
 * Tries whether objects can be put here, and whether the server makes their folders. One that shows
 * an object that has come half is refused: what is under its final name would not always be whole.
 */
export async function tryOut(store: Store, call: CallOptions): Promise<void> {
  const { connection, endpoint } = store;
  const folder = `.binimport/trial-${crypto.randomUUID()}`;
  const key = `${folder}/file`;
  const url = urlOfKey(endpoint, key);
  const about = { url, doing: "put files at", place: endpoint.href, signal: call.signal };
  const put: Put = async (chunks, size, statuses) => {
    const wanted = { ...about, method: "PUT", body: { size, chunks } } as const;
    const { status, skip } = await connection.send(wanted, statuses);
    skip();
    return status;
  };
  const putWhole = async (statuses: readonly number[]) =>
    await put(ReadableStream.from([WHOLE]), WHOLE.length, statuses);
  try {
    // Credentials that are wrong are told at once; the others say that a folder is missing.
    store.makesFolders = await putWhole([...TAKEN, 400, 403, 404, 409, 500]) < 300;
    if (!store.makesFolders) {
      await makeFolders(store, key, call);
      await putWhole(TAKEN);
    }
    await lookBack(store, key, call);
    if (!store.moves) await refuseParts(store, key, call, put);
  } catch (error) {
    await removeFolder(store, folder);
    throw error;
  }
  const wanted = { ...about, method: "DELETE", doing: "remove what was put on trial at" } as const;
  (await connection.send(wanted, [200, 202, 204, 404, 410])).skip();
  await removeFolder(store, folder);
}

type Put = (
  chunks: AsyncIterable<Uint8Array>,
  size: number,
  statuses?: readonly number[],
) => Promise<number>;

async function lookBack(store: Store, key: string, call: CallOptions): Promise<void> {
  const { answer, stream } = await getObject(store, key, call).catch((error) => {
    throw hasCode(error, "not-found") ? anotherAnswer(store, "that there is no such file") : error;
  });
  if (!await isWhole(stream)) {
    const encoding = answer.header("content-encoding");
    if (encoding !== undefined) {
      const state = `it is sent back with content-encoding ${encoding.slice(0, 60)}, unasked for`;
      throw unfit(store, state, "Nodes would get other bytes: switch compression off there.");
    }
    const type = answer.header("content-type");
    throw anotherAnswer(store, `something else${type ? `, of type "${type.slice(0, 60)}"` : ""}`);
  }
  store.telling = tellingHeader(answer, WHOLE);
  store.hasEtags = identityOf(answer).etag !== undefined;
}

function anotherAnswer(store: Store, what: string): Error {
  const state = `asked for what was just put there, the server answers ${what}`;
  const hint = "A login page or a proxy answers in place of a store of files, or this is not the " +
    "address of a folder or repository: check --endpoint, and the credentials.";
  return unfit(store, state, hint);
}

function unfit({ endpoint, host }: Store, state: string, hint: string): Error {
  return host.error("unsupported", `Cannot put files at "${endpoint.href}": ${state}`, { hint });
}

/** Puts half of another object under the key, and looks what is there meanwhile and afterwards. */
async function refuseParts(store: Store, key: string, call: CallOptions, put: Put) {
  const isIntact = async () => await isWhole((await getObject(store, key, call)).stream);
  const enough = new Error("half of it is enough");
  let intact = true;
  const half = async function* () {
    yield new Uint8Array(WHOLE.length);
    await sleep(BEGUN);
    intact = await isIntact();
    throw enough;
  };
  await put(half(), 2 * WHOLE.length).catch(async (error) => {
    if (error !== enough) throw error;
    await sleep(BEGUN);
  });
  if (intact && await isIntact()) return;
  const hint = "A node could fetch such a file. Use a server that shows a file when it is whole, " +
    "such as nginx, Apache httpd, Nexus or Artifactory.";
  throw unfit(store, "the server shows files that have come half", hint);
}

async function isWhole(stream: ReadableStream<Uint8Array>): Promise<boolean> {
  let at = 0;
  for await (const chunk of stream) {
    if (!chunk.every((byte) => byte === WHOLE[at++])) return false;
  }
  return at === WHOLE.length;
}
