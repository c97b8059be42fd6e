/** Objects that are on the server whole, or not yet whole, and not under their names. */
import type { CallOptions } from "../../core/adapter.ts";
import { addressOf, type Store } from "./store.ts";

/** The folder of such objects. */
const FOLDER = ".binimport/tmp";

/** In milliseconds. One object is not under way for longer; what is older was left behind. */
const MAX_AGE = 24 * 60 * 60 * 1000;

/** The key of a new one; it tells when it was made. */
export function newTemporary(): string {
  return `${FOLDER}/${Date.now()}-${crypto.randomUUID()}`;
}

/** Takes away what killed runs left behind a day ago or earlier; others may be at work now. */
export async function clearTemporaries(store: Store, { signal }: CallOptions): Promise<void> {
  const url = new URL(`${addressOf(store.endpoint, FOLDER).href}/`);
  const about = { doing: "list", place: url.href, signal, headers: { depth: "1" } };
  const answer = await store.connection.send({ ...about, method: "PROPFIND", url });
  if (answer.status !== 207) return answer.skip();
  const text = await new Response(ReadableStream.from(answer.body)).text();
  for (const [, time = "", id = ""] of text.matchAll(/\/(\d{13})-([0-9a-f-]{36})</g)) {
    if (Date.now() - Number(time) < MAX_AGE) continue;
    await removeQuietly(store, addressOf(store.endpoint, `${FOLDER}/${time}-${id}`));
  }
}

/** Takes away an object whose upload broke off. */
export async function removeBroken(store: Store, key: string): Promise<void> {
  await removeQuietly(store, addressOf(store.endpoint, key));
}

/** Takes a folder away with what is in it; servers differ in how they want it named. */
export async function removeFolder(store: Store, folder: string): Promise<void> {
  const url = addressOf(store.endpoint, folder);
  const status = await removeQuietly(store, new URL(`${url.href}/`));
  if (status === undefined || status >= 300) await removeQuietly(store, url);
}

/** The status, if there was an answer; what is left behind does no harm. */
async function removeQuietly(store: Store, url: URL): Promise<number | undefined> {
  const about = { doing: "remove", place: url.href };
  try {
    const answer = await store.connection.send({ ...about, method: "DELETE", url });
    answer.skip();
    return answer.status;
  } catch {
    return undefined;
  }
}
