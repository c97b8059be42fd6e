/** Folders on WebDAV servers, which take an object only where its folder is (RFC 4918, 9.7.1). */
import { refusal } from "./errors.ts";
import type { Request } from "./connection.ts";
import { addressOf, type Store } from "./store.ts";

/** Makes the folders of a key, where the server does not do that by itself. */
export async function makeFolders(
  store: Store,
  key: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  if (store.makesFolders) return;
  const { pathname } = addressOf(store.endpoint, key);
  await makeFolder(store, pathname.slice(0, pathname.lastIndexOf("/") + 1), signal);
}

/** Makes the folder with this path, which ends in `/`, once; and those above it that are missing. */
function makeFolder(store: Store, path: string, signal: AbortSignal | undefined): Promise<void> {
  const under = store.folders.get(path);
  if (path === "/" || under !== undefined) return under ?? Promise.resolve();
  const made = make(store, path, signal);
  store.folders.set(path, made);
  made.catch(() => store.folders.delete(path)); // so that it can be tried again
  return made;
}

async function make(store: Store, path: string, signal: AbortSignal | undefined): Promise<void> {
  if (await mkcol(store, path, signal) === "done") return;
  await makeFolder(store, path.slice(0, path.lastIndexOf("/", path.length - 2) + 1), signal);
  await mkcol(store, path, signal);
}

async function mkcol(
  store: Store,
  path: string,
  signal: AbortSignal | undefined,
): Promise<"done" | "no folder above"> {
  const wanted: Request = {
    method: "MKCOL",
    url: new URL(path, store.endpoint),
    doing: "make a folder at",
    place: store.endpoint.origin + path,
    signal,
  };
  const answer = await store.connection.send(wanted);
  answer.skip();
  const { status } = answer;
  // Another worker may have made it meanwhile. A server without MKCOL needs none: PUT will tell.
  if (status < 400 || [404, 405, 501].includes(status)) return "done";
  if (status === 409) return "no folder above";
  throw refusal(answer, wanted, store.host);
}
