/** Listing a bucket, page by page, whatever version of the request a server knows. */
import { Buffer } from "node:buffer";
import type { ObjectInfo } from "../../core/storage/mod.ts";
import { tried } from "../../core/util/tried.ts";
import { elements, elementText } from "../../core/util/xml.ts";
import { failure } from "./errors.ts";
import { ask, knownEtag, type Store } from "./store.ts";

interface PageStart {
  readonly by: "continuation-token" | "marker" | "start-after";
  readonly value: string;
}

/** Objects on a page, on the whole: S3 gives 1,000, but now and then none, for so many pages. */
const LEAST_PER_PAGE = 10;
const SPARE_PAGES = 100;

/** Every object whose key begins with the prefix, in the order of names' bytes. */
export async function* listObjects(
  store: Store,
  prefix: string,
  signal: AbortSignal | undefined,
): AsyncGenerator<ObjectInfo> {
  let [pages, objects] = [0, 0];
  let mark: string | undefined; // moves ever further, so pages that lead back come to it
  let start: PageStart | undefined;
  do {
    let page = await listPage(store, prefix, start, signal);
    if (start?.by === "marker" && !page.goesOn) {
      // Of servers that give no token, some begin behind `marker`, as in version 1, others do not.
      start = { ...start, by: "start-after" };
      page = await listPage(store, prefix, start, signal);
    }
    if (!page.goesOn) {
      // Taking the first page for the whole would upload, or leave, what was not seen.
      throw failure({ doing: doingFor(prefix), place: store.name }, {
        code: "unsupported",
        state: "the listing goes on, and nothing tells where",
        hint: "No whole listing can be had of this server. Use another one.",
      });
    }
    yield* page.objects;
    start = page.next;
    objects += page.objects.length;
    const isThin = ++pages > SPARE_PAGES + objects / LEAST_PER_PAGE;
    if (start !== undefined && (start.value === mark || isThin)) {
      throw failure({ doing: "list", place: store.name }, {
        code: "target",
        state: "the server's list has no end",
        hint:
          "Its pages lead back to each other, or hold next to nothing that was asked for: see " +
          "the server's log.",
      });
    }
    if (Number.isInteger(Math.log2(pages))) mark = start?.value;
  } while (start !== undefined);
}

const doingFor = (prefix: string) => prefix === "" ? "list" : `list "${prefix}" in`;

async function listPage(
  store: Store,
  prefix: string,
  start: PageStart | undefined,
  signal: AbortSignal | undefined,
) {
  let isV1 = false;
  const answer = await ask({ store, signal }, doingFor(prefix), ({ quirks }) => {
    isV1 = quirks.has("list-v1") || start?.by === "marker";
    const query = {
      "list-type": isV1 ? undefined : 2,
      "encoding-type": encodingFor(quirks),
      prefix: store.prefix + prefix,
      ...(start !== undefined && { [start.by]: start.value }),
    };
    return { method: "GET", query };
  });
  const [listing] = elements(answer.text, "ListBucketResult");
  if (listing === undefined) throw answer.unexpected();
  const decode = nameDecoder(listing);
  const objects = elements(listing, "Contents").map((object) => ({
    name: decode(elementText(object, "Key") ?? ""),
    size: Number(elementText(object, "Size")),
    ...knownEtag(elementText(object, "ETag")),
  }));
  const last = objects.at(-1)?.name;
  const token = elementText(listing, "NextContinuationToken");
  const marker = elementText(listing, "NextMarker");
  const next: PageStart = token
    ? { by: "continuation-token", value: token }
    : { by: "marker", value: marker ? decode(marker) : last ?? "" };
  const isLast = elementText(listing, "IsTruncated") !== "true";
  if (!isLast && !token && !isV1) store.connection.note("list-without-token");
  return {
    objects: objects
      .filter(({ name }) => name.startsWith(store.prefix + prefix)) // some take no notice of it
      .map(({ name, ...facts }) => ({ key: name.slice(store.prefix.length), ...facts }))
      // A name that ends in "/" marks a folder in somebody's console; it is no file.
      .filter(({ key }) => key !== "" && !key.endsWith("/")),
    next: isLast ? undefined : next,
    goesOn: start === undefined || start.by === "continuation-token" ||
      (last === undefined
        ? isLast
        : Buffer.compare(Buffer.from(last), Buffer.from(start.value)) > 0),
  };
}

/** XML cannot hold every character that a name may have. */
export function encodingFor(quirks: ReadonlySet<string>): "url" | undefined {
  return quirks.has("plain-names") ? undefined : "url";
}

/** How names in a listing are read: servers that heed `encoding-type=url` say so in it. */
export function nameDecoder(listing: string): (name: string) => string {
  if (elementText(listing, "EncodingType") !== "url") return (name) => name;
  // Most of them write a space as `+`; what cannot be decoded is not encoded, whatever they say.
  return (name) => tried(() => decodeURIComponent(name.replaceAll("+", " "))) ?? name;
}
