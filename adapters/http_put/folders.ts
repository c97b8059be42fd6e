/** Folders on WebDAV servers, which take an object only where its folder is (RFC 4918, 9.7.1). */
import { readBoundedText } from "../../core/util/bounded_read.ts";
import { messageOf } from "../../core/util/errors.ts";
import { urlOfKey } from "../option_values.ts";
import type { Request } from "./messages.ts";
import type { Store } from "./objects.ts";

type Call = Pick<Request, "signal">;

/** Makes the folders of a key, where the server does not do that by itself. */
export async function makeFolders(store: Store, key: string, options: Call): Promise<void> {
  if (store.makesFolders) return;
  await makeFolder(store, parentOf(urlOfKey(store.endpoint, key).pathname), options);
}

/** Makes the folder with this path, which ends in `/`, once; and those above it that are missing. */
async function makeFolder(store: Store, path: string, options: Call): Promise<void> {
  const { folders } = store;
  if (path !== "/" && !folders.has(path)) {
    const made = (async () => {
      if (await mkcol(store, path, options)) return;
      await makeFolder(store, parentOf(path), options);
      await mkcol(store, path, options);
    })();
    folders.set(path, made);
    made.catch(() => folders.delete(path)); // so that it can be tried again
  }
  await folders.get(path);
}

function parentOf(path: string): string {
  return path.replace(/[^/]*\/?$/, "");
}

/** Whether the folder is there now; not where one above it is missing. */
async function mkcol(store: Store, path: string, { signal }: Call): Promise<boolean> {
  const url = Object.assign(new URL(store.endpoint), { pathname: path });
  const about = { doing: "make a folder at", place: store.endpoint.origin + path, signal };
  // Another worker may have made it meanwhile. A server without MKCOL needs none: PUT will tell.
  const done = [200, 201, 204, 301, 302, 307, 308, 404, 405, 501];
  const { send } = store.connection;
  const { status, skip } = await send({ ...about, method: "MKCOL", url }, [...done, 409]);
  skip();
  return status !== 409;
}

/** Where objects wait for their names; those of theirs tell when they were made. */
export const TEMPORARY = ".binimport/tmp";

/** In bytes: a list of some 20,000 objects. */
const MAX_LISTING = 16 * 1024 * 1024;

/** In milliseconds. One object is not under way for longer; what is older was left behind. */
const MAX_AGE = 24 * 60 * 60 * 1000;

/** Takes away what killed runs left behind a day ago or earlier; others may be at work now. */
export async function clearTemporaries(store: Store, { signal }: Call): Promise<void> {
  const url = new URL(`${urlOfKey(store.endpoint, TEMPORARY).href}/`);
  const about = { doing: "list", place: url.href, signal, headers: { depth: "1" } };
  const answer = await store.connection.send({ ...about, method: "PROPFIND", url });
  if (answer.status !== 207) return answer.skip();
  const text = await readBoundedText(answer.body, { limit: MAX_LISTING, signal })
    .catch((error) => {
      signal?.throwIfAborted();
      store.host.debug(`Cannot list "${url.href}": ${messageOf(error)}`);
      return ""; // what is left behind does no harm
    })
    .finally(() => answer.body.destroy());
  for (const [, time = "", id = ""] of text.matchAll(/\/(\d{13})-([0-9a-f-]{36})</g)) {
    if (Date.now() - Number(time) < MAX_AGE) continue;
    await removeQuietly(store, urlOfKey(store.endpoint, `${TEMPORARY}/${time}-${id}`));
  }
}

/** Takes a folder away with what is in it; servers differ in how they want it named. */
export async function removeFolder(store: Store, folder: string): Promise<void> {
  const url = urlOfKey(store.endpoint, folder);
  if (!await removeQuietly(store, new URL(`${url.href}/`))) await removeQuietly(store, url);
}

/** Whether an object was taken away; what is left behind does no harm. */
export async function removeQuietly({ connection }: Store, url: URL): Promise<boolean> {
  const wanted = { method: "DELETE", url, doing: "remove", place: url.href } as const;
  const answer = await connection.send(wanted).catch(() => undefined);
  answer?.skip();
  return answer !== undefined && answer.status < 300;
}
