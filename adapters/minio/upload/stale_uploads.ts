/** Uploads that stopped or killed runs have left: gone on with, or ended. */
import type { ClearOptions } from "../../../core/storage/mod.ts";
import { concurrently } from "../../../core/util/concurrency.ts";
import { BinimportError } from "../../../core/util/errors.ts";
import { elements, elementText } from "../../../core/util/xml.ts";
import { MAX_PARTS, type Part } from "../parts.ts";
import { escapeQuery, nameDecoder, sendForText, type TextAnswer } from "../requests.ts";
import { about, bareEtag, crcOf, md5Of, type Store, target, whereAllowed } from "../store.ts";
import { abortUpload, type StoredPart, type Upload } from "./multipart_api.ts";

/** The parts that an earlier run has sent, by their numbers. */
export type SentParts = ReadonlyMap<number, { readonly etag: string; readonly size: number }>;

/** An upload that was begun before, and what the server has of it. */
export interface Resumable {
  readonly upload: Upload;
  readonly sent: SentParts;
}

/**
 * The upload to go on with: of those that earlier runs left under this key, the one begun last. The
 * others are ended. `undefined` where there is none, or the server does not tell its parts.
 */
export async function findResumable(
  store: Store,
  key: string,
  signal: AbortSignal | undefined,
): Promise<Resumable | undefined> {
  return await whereAllowed(store, signal, async () => {
    const [latest, ...others] = await leftovers(store, key, signal);
    for (const upload of others) await abortUpload(store, upload);
    if (latest === undefined) return undefined;
    const sent = await listParts(store, latest, signal);
    if (sent === undefined) {
      await abortUpload(store, latest);
      return undefined;
    }
    store.host.debug(`Going on with an upload of "${key}": ${sent.size} parts are there`);
    return { upload: latest, sent };
  });
}

/** The part as it is stored already; `undefined` unless it has these very bytes. */
export function storedAlready(
  sent: SentParts,
  { number, bytes }: Part,
): StoredPart | undefined {
  const found = sent.get(number);
  if (found === undefined || found.size !== bytes.length) return undefined;
  // The ETag of a part is its MD5. Where a server has it otherwise, the part is sent again.
  return found.etag.toLowerCase() === md5Of(bytes)
    ? { number, etag: found.etag, crc: crcOf(bytes), isDoubtful: false }
    : undefined;
}

/** What the server has of an upload; `undefined` where it does not tell. It lists 1000 at a time. */
async function listParts(
  store: Store,
  { key, id }: Upload,
  signal: AbortSignal | undefined,
): Promise<SentParts | undefined> {
  const sent = new Map<number, { etag: string; size: number }>();
  const call = about(store, "look up KEY in", key, signal);
  for (let marker = 0, more = true; more;) {
    const query = `uploadId=${escapeQuery(id)}&max-parts=1000&part-number-marker=${marker}`;
    const answer = await store.connection.call(
      call,
      async (attempt) =>
        attempt.quirks.has("no-part-list")
          ? undefined
          : await sendForText(attempt, { ...target(store, key), method: "GET", query }),
    );
    if (answer === undefined) return undefined;
    const { text } = answer;
    let last = marker;
    for (const part of elements(text, "Part")) {
      last = Number(elementText(part, "PartNumber"));
      sent.set(last, {
        etag: bareEtag(elementText(part, "ETag") ?? ""),
        size: Number(elementText(part, "Size")),
      });
    }
    const next = Number(elementText(text, "NextPartNumberMarker")) || last;
    more = elementText(text, "IsTruncated") === "true" && next > marker && next < MAX_PARTS;
    marker = next;
  }
  return sent;
}

/** Ends what is left of all keys, and tells how many uploads that is; in a dry run only tells. */
export async function abortAllStaleUploads(
  store: Store,
  keys: readonly string[],
  { dryRun = false, signal }: ClearOptions,
): Promise<number> {
  const left = await listLeft(store, "", signal); // all servers but MinIO list those of every key
  for (const key of keys) left.push(...await leftovers(store, key, signal));
  const found = new Map(left.map((upload) => [upload.id, upload]));
  if (store.connection.spoken.quirks.has("no-upload-list")) {
    throw new BinimportError(
      "unsupported",
      `Cannot list the uploads of "${store.name}": the server does not list them`,
      { hint: "Its administrator can have unfinished uploads removed after a time." },
    );
  }
  if (!dryRun) await concurrently(found.values(), ENDED_AT_ONCE, (one) => abortUpload(store, one));
  return found.size;
}

const ENDED_AT_ONCE = 16;

export async function abortStaleUploads(
  store: Store,
  key: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  await whereAllowed(store, signal, async () => {
    const left = await leftovers(store, key, signal);
    for (const upload of left) await abortUpload(store, upload);
    if (left.length > 0) store.host.debug(`Ended ${left.length} unfinished uploads of "${key}"`);
  });
}

/**
 * The uploads left under exactly this key by runs before this one, the last one first. They take
 * space that no listing shows. MinIO lists unfinished uploads by exact key only.
 */
async function leftovers(
  store: Store,
  key: string,
  signal: AbortSignal | undefined,
): Promise<Upload[]> {
  return (await listLeft(store, key, signal)).filter((one) => one.key === key);
}

/** A `Date` header counts whole seconds: the server's clock may be ahead of it by so many ms. */
const DATE_PRECISION = 1_000;

interface Unfinished extends Upload {
  /** By the server's clock, as milliseconds since 1970. */
  readonly initiated: number;
}

/**
 * The uploads of keys with this prefix that others began before the store was opened, the last one
 * first. Within the second in which that was, the server's clock cannot tell; only our own are known
 * not to be meant.
 */
async function listLeft(
  store: Store,
  prefix: string,
  signal: AbortSignal | undefined,
): Promise<Upload[]> {
  const name = store.prefix + prefix;
  const call = { doing: `list the uploads of "${prefix}" in`, place: store.name, signal };
  const found: Unfinished[] = [];
  const seen = new Set<string>();
  for (let start = ""; !seen.has(start);) {
    seen.add(start);
    const answer = await store.connection.call(call, async (attempt) => {
      if (attempt.quirks.has("no-upload-list")) return undefined;
      const encoding = attempt.quirks.has("plain-names") ? "" : "&encoding-type=url";
      const query = `uploads${encoding}&max-uploads=1000&prefix=${escapeQuery(name)}${start}`;
      return await sendForText(attempt, { method: "GET", bucket: store.bucket, query });
    });
    if (answer === undefined) return [];
    found.push(...readUploads(store, name, answer));
    start = nextPage(answer);
  }
  return found.sort((a, b) => b.initiated - a.initiated);
}

function readUploads(store: Store, name: string, { headers, text }: TextAnswer): Unfinished[] {
  const now = Date.parse(headers.date ?? "") + DATE_PRECISION;
  const opened = now - (performance.now() - store.openedAt);
  const decode = nameDecoder(text);
  return elements(text, "Upload")
    .map((upload) => ({
      name: decode(elementText(upload, "Key") ?? ""),
      id: elementText(upload, "UploadId") ?? "",
      initiated: Date.parse(elementText(upload, "Initiated") ?? ""),
    }))
    .filter((one) =>
      one.name.startsWith(name) && one.initiated < opened && !store.begun.has(one.id)
    )
    .map((one) => ({ ...one, key: one.name.slice(store.prefix.length) }));
}

/** How the page behind this one is asked for; empty when it is the last. */
function nextPage({ text }: TextAnswer): string {
  const decode = nameDecoder(text);
  const key = decode(elementText(text, "NextKeyMarker") ?? "");
  const id = elementText(text, "NextUploadIdMarker") ?? "";
  if (elementText(text, "IsTruncated") !== "true" || key === "") return "";
  return `&key-marker=${escapeQuery(key)}&upload-id-marker=${escapeQuery(id)}`;
}
