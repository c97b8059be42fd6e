/** Lists objects. */
import type { ObjectInfo } from "../../core/adapter.ts";
import { elements, elementText } from "../../core/util/xml.ts";
import { isLockKey } from "./lock/keys.ts";
import { escapeQuery, NotS3Error, sendForText } from "./requests.ts";
import { knownEtag, type Store } from "./store.ts";
import { nameDecoder } from "./xml.ts";

interface Page {
  readonly objects: readonly ObjectInfo[];
  /** Where the next page begins; `undefined` on the last. */
  readonly next: string | undefined;
}

/** Every object but the locks whose key begins with the prefix, in the order of names' bytes. */
export async function* listObjects(
  store: Store,
  prefix: string,
  signal: AbortSignal | undefined,
): AsyncGenerator<ObjectInfo> {
  for await (const objects of listPages(store, prefix, signal)) {
    yield* objects.filter(({ key }) => !isLockKey(key));
  }
}

/** The locks among the objects whose key begins with the prefix. */
export async function listLocks(
  store: Store,
  prefix: string,
  signal: AbortSignal | undefined,
): Promise<string[]> {
  const locks: string[] = [];
  for await (const objects of listPages(store, prefix, signal)) {
    locks.push(...objects.map(({ key }) => key).filter(isLockKey));
  }
  return locks;
}

async function* listPages(
  store: Store,
  prefix: string,
  signal: AbortSignal | undefined,
): AsyncGenerator<readonly ObjectInfo[]> {
  let page: Page | undefined;
  do {
    page = await listPage(store, prefix, page?.next, signal);
    yield page.objects;
  } while (page.next !== undefined);
}

function listPage(
  store: Store,
  prefix: string,
  from: string | undefined,
  signal: AbortSignal | undefined,
): Promise<Page> {
  const query = [
    "list-type=2",
    "encoding-type=url", // XML cannot hold every character that a name may have.
    `prefix=${escapeQuery(store.prefix + prefix)}`,
    ...(from === undefined ? [] : [`continuation-token=${escapeQuery(from)}`]),
  ].join("&");
  const call = { doing: `list "${prefix}" in`, place: store.name, signal };
  return store.connection.call(call, async (attempt) => {
    const { text } = await sendForText(attempt, { method: "GET", bucket: store.bucket, query });
    return readPage(store, text);
  });
}

function readPage(store: Store, xml: string): Page {
  const [listing] = elements(xml, "ListBucketResult");
  if (listing === undefined) throw new NotS3Error("the answer is no listing");
  const decode = nameDecoder(listing);
  const objects = elements(listing, "Contents").map((object) => ({
    key: decode(elementText(object, "Key") ?? "").slice(store.prefix.length),
    size: Number(elementText(object, "Size")),
    ...knownEtag(elementText(object, "ETag")),
  }));
  return {
    // A name that ends in "/" marks a folder in somebody's console; it is no file.
    objects: objects.filter(({ key }) => key !== "" && !key.endsWith("/")),
    next: elementText(listing, "IsTruncated") === "true"
      ? elementText(listing, "NextContinuationToken")
      : undefined,
  };
}
