/** Storing one object, so that no reader ever sees a part of it. */
import type { ObjectInfo, PutOptions, PutSource } from "../../core/adapter.ts";
import type { Request } from "./connection.ts";
import { makeFolders } from "./folders.ts";
import { objectRequest } from "./objects.ts";
import { addressOf, request, type Store, TAKEN } from "./store.ts";
import { newTemporary, removeBroken } from "./temporaries.ts";

/** Puts an object; the server gets all of it only when all of it is right. */
export async function putObject(
  store: Store,
  key: string,
  source: PutSource,
  options: PutOptions = {},
): Promise<ObjectInfo> {
  store.host.checkKey(key);
  options.signal?.throwIfAborted();
  await makeFolders(store, key, options.signal);
  const body = { size: source.size, chunks: store.host.read(key, source, options) };
  const wanted = { ...objectRequest(store, "PUT", key, "store", options), body };
  if (store.moves) await putAndMove(store, wanted);
  else (await request(store, wanted, TAKEN)).skip();
  return { key, size: source.size };
}

async function putAndMove(store: Store, wanted: Request): Promise<void> {
  const temporary = newTemporary();
  await makeFolders(store, temporary, wanted.signal);
  const url = addressOf(store.endpoint, temporary);
  try {
    (await request(store, { ...wanted, url }, TAKEN)).skip();
    await move(store, url, wanted);
  } catch (error) {
    await removeBroken(store, temporary);
    throw error;
  }
}

/** RFC 4918, 9.9. */
async function move(store: Store, from: URL, { body: _, ...put }: Request): Promise<void> {
  const headers = { destination: put.url.href, overwrite: "T" };
  (await request(store, { ...put, method: "MOVE", url: from, headers }, [201, 204])).skip();
}
