/** Folders on WebDAV servers, which take an object only where its folder is (RFC 4918, 9.7.1). */
import type { AdapterHost, CallOptions } from "../../core/storage/mod.ts";
import { readBoundedText } from "../../core/util/bounded_read.ts";
import type { TellingHeader } from "./digests.ts";
import { urlOfKey } from "../option_values.ts";
import { refusal } from "./errors.ts";
import type { Answer, Connection, Request } from "./requests.ts";

/** Makes the folders of a key, where the server does not do that by itself. */
export async function makeFolders(
  store: Store,
  key: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  if (store.makesFolders) return;
  const { pathname } = urlOfKey(store.endpoint, key);
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
    url: Object.assign(new URL(store.endpoint), { pathname: path }),
    doing: "make a folder at",
    place: store.endpoint.origin + path,
    signal,
  };
  // Another worker may have made it meanwhile. A server without MKCOL needs none: PUT will tell.
  const isDone = (status: number) => status < 400 || [404, 405, 501].includes(status);
  const answer = await store.connection.send(wanted);
  const { status } = answer;
  if (!isDone(status) && status !== 409) throw await refusal(answer, wanted, store.host);
  answer.skip();
  return isDone(status) ? "done" : "no folder above";
}

const FOLDER = ".binimport/tmp";

/** In bytes: a list of some 20,000 objects. */
const MAX_LISTING = 16 * 1024 * 1024;

/** In milliseconds. One object is not under way for longer; what is older was left behind. */
const MAX_AGE = 24 * 60 * 60 * 1000;

/** The key of a new one; it tells when it was made. */
export function newTemporary(): string {
  return `${FOLDER}/${Date.now()}-${crypto.randomUUID()}`;
}

/** Takes away what killed runs left behind a day ago or earlier; others may be at work now. */
export async function clearTemporaries(store: Store, { signal }: CallOptions): Promise<void> {
  const url = new URL(`${urlOfKey(store.endpoint, FOLDER).href}/`);
  const about = { doing: "list", place: url.href, signal, headers: { depth: "1" } };
  const answer = await store.connection.send({ ...about, method: "PROPFIND", url });
  if (answer.status !== 207) return answer.skip();
  const text = await readBoundedText(answer.body, { limit: MAX_LISTING, signal })
    .finally(() => answer.body.destroy());
  for (const [, time = "", id = ""] of text.matchAll(/\/(\d{13})-([0-9a-f-]{36})</g)) {
    if (Date.now() - Number(time) < MAX_AGE) continue;
    await removeQuietly(store, urlOfKey(store.endpoint, `${FOLDER}/${time}-${id}`));
  }
}

/** Takes a folder away with what is in it; servers differ in how they want it named. */
export async function removeFolder(store: Store, folder: string): Promise<void> {
  const url = urlOfKey(store.endpoint, folder);
  const status = await removeQuietly(store, new URL(`${url.href}/`));
  if (status === undefined || status >= 300) await removeQuietly(store, url);
}

/** Takes an object away. The status, if there was an answer; what is left behind does no harm. */
export async function removeQuietly(store: Store, url: URL): Promise<number | undefined> {
  const about = { doing: "remove", place: url.href };
  try {
    const answer = await store.connection.send({ ...about, method: "DELETE", url });
    answer.skip();
    return answer.status;
  } catch {
    return undefined;
  }
}

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

/** What servers answer to a PUT that they took. */
export const TAKEN = [200, 201, 202, 204] as const;

/** Sends a request for one of these statuses; rejects with the meaning of any other one. */
export async function request(
  { connection, host }: Store,
  wanted: Request,
  statuses: readonly number[],
): Promise<Answer> {
  const answer = await connection.send(wanted);
  if (statuses.includes(answer.status)) return answer;
  throw await refusal(answer, wanted, host);
}
