/** Listing a bucket, page by page, whatever version of the request a server knows. */
import { Buffer } from "node:buffer";
import type { ObjectInfo } from "../../core/storage/mod.ts";
import { BinimportError } from "../../core/util/errors.ts";
import { elements, elementText } from "../../core/util/xml.ts";
import { isLockKey, knownEtag, type Store } from "./store.ts";
import { escapeQuery, nameDecoder, sendForText, type TextAnswer } from "./requests.ts";

interface Page {
  readonly objects: readonly ObjectInfo[];
  /** The last name on it, whole; `undefined` when there is none. */
  readonly last: string | undefined;
  readonly next: PageStart | undefined;
}

/** How a page is asked for: by the token of the one before, or by a name that it begins behind. */
interface PageStart {
  readonly by: "continuation-token" | "marker" | "start-after";
  readonly value: string;
}

/** Every object but the locks whose key begins with the prefix, in the order of names' bytes. */
export async function* listObjects(
  store: Store,
  prefix: string,
  signal: AbortSignal | undefined,
): AsyncGenerator<ObjectInfo> {
  for await (const one of listAll(store, prefix, signal)) if (!isLockKey(one.key)) yield one;
}

/** The keys of the locks among the objects whose key begins with the prefix. */
export async function listLocks(
  store: Store,
  prefix: string,
  signal: AbortSignal | undefined,
): Promise<string[]> {
  const keys = await Array.fromAsync(listAll(store, prefix, signal), ({ key }) => key);
  return keys.filter(isLockKey);
}

async function* listAll(
  store: Store,
  prefix: string,
  signal: AbortSignal | undefined,
): AsyncGenerator<ObjectInfo> {
  const seen = new Set<string>();
  let page = await listPage(store, prefix, undefined, signal);
  for (let empty = 0;;) {
    yield* page.objects;
    empty = page.objects.length === 0 ? empty + 1 : 0;
    const { next } = page;
    if (next === undefined) return;
    if (seen.has(next.value) || empty > MAX_EMPTY) throw endless(store);
    seen.add(next.value);
    page = await nextPage(store, prefix, next, signal);
  }
}

/** Pages without an object, of which S3 may give some, in a row. */
const MAX_EMPTY = 100;

function endless({ name }: Store): BinimportError {
  return new BinimportError("target", `Cannot list "${name}": the server's list has no end`, {
    hint: "Its pages lead back to each other, or hold nothing: see the server's log.",
  });
}

/** Of servers that give no token, some begin behind `marker`, as in version 1, others do not. */
async function nextPage(
  store: Store,
  prefix: string,
  next: PageStart,
  signal: AbortSignal | undefined,
): Promise<Page> {
  const starts: PageStart[] = next.by === "marker"
    ? [next, { ...next, by: "start-after" }]
    : [next];
  for (const start of starts) {
    const page = await listPage(store, prefix, start, signal);
    if (goesOn(page, start)) return page;
  }
  // Taking the first page for the whole would upload, or leave, what was not seen.
  throw new BinimportError(
    "unsupported",
    `Cannot list "${prefix}" in "${store.name}": the listing goes on, and nothing tells where`,
    { hint: "No whole listing can be had of this server. Use another one." },
  );
}

function goesOn({ last, next }: Page, { by, value }: PageStart): boolean {
  if (by === "continuation-token") return true;
  if (last === undefined) return next === undefined;
  return Buffer.compare(Buffer.from(last), Buffer.from(value)) > 0;
}

function listPage(
  store: Store,
  prefix: string,
  from: PageStart | undefined,
  signal: AbortSignal | undefined,
): Promise<Page> {
  const call = { doing: `list "${prefix}" in`, place: store.name, signal };
  return store.connection.call(call, async (attempt) => {
    const isV1 = attempt.quirks.has("list-v1") || from?.by === "marker";
    const query = [
      ...(isV1 ? [] : ["list-type=2"]),
      // XML cannot hold every character that a name may have.
      ...(attempt.quirks.has("plain-names") ? [] : ["encoding-type=url"]),
      `prefix=${escapeQuery(store.prefix + prefix)}`,
      ...(from === undefined ? [] : [`${from.by}=${escapeQuery(from.value)}`]),
    ];
    const { bucket } = store;
    const request = { method: "GET", bucket, query: query.join("&") } as const;
    const page = readPage(store, await sendForText(attempt, request));
    if (!isV1 && page.next?.by === "marker") store.connection.note("list-without-token");
    return page;
  });
}

function readPage(store: Store, { text, refused }: TextAnswer): Page {
  const [listing] = elements(text, "ListBucketResult");
  if (listing === undefined) throw refused();
  const decode = nameDecoder(listing);
  const objects = elements(listing, "Contents").map((object) => ({
    name: decode(elementText(object, "Key") ?? ""),
    size: Number(elementText(object, "Size")),
    ...knownEtag(elementText(object, "ETag")),
  }));
  const last = objects.at(-1)?.name;
  const isLast = elementText(listing, "IsTruncated") !== "true";
  const token = elementText(listing, "NextContinuationToken");
  const marker = elementText(listing, "NextMarker");
  const next: PageStart = token
    ? { by: "continuation-token", value: token }
    : { by: "marker", value: marker ? decode(marker) : last ?? "" };
  return {
    objects: objects
      .map(({ name, ...facts }) => ({ key: name.slice(store.prefix.length), ...facts }))
      // A name that ends in "/" marks a folder in somebody's console; it is no file.
      .filter(({ key }) => key !== "" && !key.endsWith("/")),
    last,
    next: isLast ? undefined : next,
  };
}
