/** Going on with the upload that a killed run has left. */
import { createHash } from "node:crypto";
import type { ClearOptions } from "../../../core/storage/mod.ts";
import { concurrently } from "../../../core/util/concurrency.ts";
import { BinimportError, hasCode, messageOf } from "../../../core/util/errors.ts";
import { elements, elementText } from "../../../core/util/xml.ts";
import { about, bareEtag, crcOf, type Store, target } from "../bucket_context.ts";
import type { Attempt } from "../connection.ts";
import { escapeQuery, nameDecoder, sendForText } from "../requests.ts";
import { abortUpload, type StoredPart, type Upload } from "./multipart_api.ts";
import type { Part } from "./parts.ts";

/** A part that an earlier run has sent. */
interface SentPart {
  readonly etag: string;
  readonly size: number;
}

export type SentParts = ReadonlyMap<number, SentPart>;

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
    for (const id of others) await abortUpload(store, { key, id });
    if (latest === undefined) return undefined;
    const upload = { key, id: latest };
    const sent = await listParts(store, upload, signal);
    store.host.debug(`Going on with an upload of "${key}": ${sent.size} parts are there`);
    return { upload, sent };
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
  const md5 = createHash("md5").update(bytes).digest("hex");
  return found.etag === md5
    ? { number, etag: md5, crc: crcOf(bytes), isDoubtful: false }
    : undefined;
}

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html */
const MAX_PARTS = 10_000;

/** What the server has of an upload. It lists 1000 parts at a time. */
async function listParts(
  store: Store,
  { key, id }: Upload,
  signal: AbortSignal | undefined,
): Promise<Map<number, SentPart>> {
  const sent = new Map<number, SentPart>();
  let marker = "0";
  let more = true;
  while (more) {
    const query = `uploadId=${escapeQuery(id)}&max-parts=1000&part-number-marker=${marker}`;
    const { text } = await store.connection.call(
      about(store, "look up", key, signal),
      (attempt) => sendForText(attempt, { ...target(store, key), method: "GET", query }),
    );
    for (const part of elements(text, "Part")) {
      sent.set(Number(elementText(part, "PartNumber")), {
        etag: bareEtag(elementText(part, "ETag") ?? ""),
        size: Number(elementText(part, "Size")),
      });
    }
    const next = elementText(text, "NextPartNumberMarker") ?? "";
    more = elementText(text, "IsTruncated") === "true" && Number(next) > Number(marker) &&
      Number(next) < MAX_PARTS;
    marker = next;
  }
  return sent;
}

/** An upload that was begun and not finished. */
interface Unfinished extends Upload {
  /** By the server's clock, as milliseconds since 1970. */
  readonly initiated: number;
}

/** Ends what is left of all keys, and tells how many uploads that is; in a dry run only tells. */
export async function abortAllStaleUploads(
  store: Store,
  keys: readonly string[],
  { dryRun = false, signal }: ClearOptions,
): Promise<number> {
  const found = new Map<string, Upload>();
  async function look(prefix: string, exact: boolean): Promise<void> {
    const call = { doing: "list the uploads of", place: store.name, signal };
    const left = await store.connection.call(call, (attempt) => listLeft(store, prefix, attempt));
    for (const one of left) if (!exact || one.key === prefix) found.set(one.id, one);
  }
  await look("", false); // all servers but MinIO list those of every key
  for (const key of keys) await look(key, true);
  if (store.connection.quirks.has("no-upload-list")) {
    throw new BinimportError(
      "unsupported",
      `Cannot list the uploads of "${store.name}": the server does not list them`,
      { hint: "Its administrator can have unfinished uploads removed after a time." },
    );
  }
  if (!dryRun) {
    await concurrently([...found.values()], ENDED_AT_ONCE, (one) => abortUpload(store, one));
  }
  return found.size;
}

/** Uploads that are ended side by side. */
const ENDED_AT_ONCE = 16;

/** Ends the uploads left under exactly this key by runs before this one. */
export async function abortStaleUploads(
  store: Store,
  key: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  await whereAllowed(store, signal, async () => {
    const left = await leftovers(store, key, signal);
    for (const id of left) await abortUpload(store, { key, id });
    if (left.length > 0) store.host.debug(`Ended ${left.length} unfinished uploads of "${key}"`);
  });
}

/**
 * The ids of the uploads left under exactly this key by runs before this one, the last one first.
 * They take space that no listing shows. MinIO lists unfinished uploads by exact key only, so this
 * is asked per key.
 */
async function leftovers(
  store: Store,
  key: string,
  signal: AbortSignal | undefined,
): Promise<string[]> {
  const call = { doing: `list the uploads of "${key}" in`, place: store.name, key, signal };
  const list = () => store.connection.call(call, (attempt) => listLeft(store, key, attempt));
  const left = await whereAllowed(store, signal, list) ?? [];
  return left.filter((one) => one.key === key).map(({ id }) => id);
}

/**
 * Where the user may not list or end uploads, or the server cannot, they are left, and the log says
 * so: that is no reason not to import.
 */
export async function whereAllowed<T>(
  store: Store,
  signal: AbortSignal | undefined,
  work: () => Promise<T>,
): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    signal?.throwIfAborted();
    if (hasCode(error, "unavailable")) throw error;
    store.host.debug(messageOf(error));
    return undefined;
  }
}

/** A `Date` header counts whole seconds: the server's clock may be ahead of it by so many ms. */
const DATE_PRECISION = 1_000;

/**
 * The uploads of keys with this prefix that others began before the store was opened, the last one
 * first. Within the second in which that was, the server's clock cannot tell; only our own are known
 * not to be meant.
 */
async function listLeft(store: Store, prefix: string, attempt: Attempt): Promise<Upload[]> {
  const name = store.prefix + prefix;
  if (attempt.quirks.has("no-upload-list")) return [];
  const { headers, text } = await sendForText(attempt, {
    method: "GET",
    bucket: store.bucket,
    query: `uploads&encoding-type=url&max-uploads=1000&prefix=${escapeQuery(name)}`,
  });
  const now = Date.parse(headers.date ?? "") + DATE_PRECISION;
  const opened = now - (performance.now() - store.openedAt);
  return readUploads(text)
    .filter(({ key, id, initiated }) =>
      key.startsWith(name) && initiated < opened && !store.begun.has(id)
    )
    .sort((a, b) => b.initiated - a.initiated)
    .map(({ key, id }) => ({ key: key.slice(store.prefix.length), id }));
}

function readUploads(listing: string): Unfinished[] {
  const decode = nameDecoder(listing);
  return elements(listing, "Upload")
    .map((upload) => ({
      key: decode(elementText(upload, "Key") ?? ""),
      id: elementText(upload, "UploadId") ?? "",
      initiated: Date.parse(elementText(upload, "Initiated") ?? ""),
    }));
}
