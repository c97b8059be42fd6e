/** Uploads that stopped or killed runs have left: gone on with, or ended. */
import type { ClearOptions } from "../../../core/storage/mod.ts";
import { concurrently } from "../../../core/util/concurrency.ts";
import { elements, elementText } from "../../../core/util/xml.ts";
import { failure } from "../errors.ts";
import { LONG } from "../exchange.ts";
import { encodingFor, nameDecoder } from "../list.ts";
import { MAX_PARTS } from "../parts.ts";
import type { Answer } from "../requests.ts";
import { ask, type BucketObject, knownEtag, type Store, whereAllowed } from "../store.ts";
import { abortUpload, type Upload } from "./multipart.ts";

/** Ends uploads that earlier runs left under this key; with `resume` gives the last to go on with. */
export async function takeStaleUpload(
  object: BucketObject,
  { resume }: { readonly resume: boolean },
): Promise<Upload | undefined> {
  const { store, key } = object;
  return await whereAllowed(object, async () => {
    const left = await listLeft(object);
    const latest = resume ? left[0] : undefined;
    const sent = latest && await listParts(object, latest.id);
    const ended = left.filter((upload) => sent === undefined || upload !== latest);
    for (const { id } of ended) await abortUpload(object, id);
    if (ended.length > 0) store.host.debug(`Ended ${ended.length} unfinished uploads of "${key}"`);
    if (latest === undefined || sent === undefined) return undefined;
    store.host.debug(`Going on with an upload of "${key}": ${sent.size} parts are there`);
    return { id: latest.id, sent };
  });
}

/**
 * What the server has of an upload; `undefined` where it does not tell. It chooses the length of
 * pages: for each one MinIO reads all parts that follow, and gives 10,000 of them in 3 MB.
 */
async function listParts(object: BucketObject, id: string): Promise<Upload["sent"] | undefined> {
  const sent = new Map<number, { etag: string; size: number }>();
  for (let marker = 0, more = true; more;) {
    const query = { uploadId: id, "part-number-marker": marker };
    const request = { method: "GET", query, unless: "no-part-list" } as const;
    const { code, text } = await ask(object, "look up KEY in", request, { patience: LONG });
    if (code !== undefined) return undefined;
    const before = sent.size;
    let last = marker;
    for (const part of elements(text, "Part")) {
      last = Number(elementText(part, "PartNumber"));
      const { etag = "" } = knownEtag(elementText(part, "ETag"));
      sent.set(last, { etag, size: Number(elementText(part, "Size")) });
    }
    const next = Number(elementText(text, "NextPartNumberMarker")) || last;
    more = elementText(text, "IsTruncated") === "true" && next > marker && sent.size > before &&
      sent.size < MAX_PARTS;
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
  const left = await listLeft({ store, key: "", signal }); // all but MinIO list those of every key
  for (const key of keys) left.push(...await listLeft({ store, key, signal }));
  if (store.connection.spoken.quirks.has("no-upload-list")) {
    throw failure({ doing: "list the uploads of", place: store.name }, {
      code: "unsupported",
      state: "the server does not list them",
      hint: "Its administrator can have unfinished uploads removed after a time.",
    });
  }
  const found = new Map(left.map(({ id, key }) => [id, { store, key }]));
  if (!dryRun) await concurrently(found, 16, ([id, object]) => abortUpload(object, id));
  return found.size;
}

/** Uploads and pages of their list; what there is more is left to the next run, if it has an end. */
const MOST = 10_000;

/** Those of others under a key, or under every key (`""`; not of MinIO), the last first. */
async function listLeft({ store, key, signal }: BucketObject) {
  const found: ReturnType<typeof readUploads> = [];
  const seen = new Set<string>();
  for (let start = { key: "", id: "" }; found.length + seen.size < MOST;) {
    if (seen.has(start.key + start.id)) break;
    seen.add(start.key + start.id);
    const doing = `list the uploads of${key && ` "${key}" in`}`;
    const answer = await ask({ store, signal }, doing, ({ quirks }) => ({
      method: "GET",
      query: {
        uploads: true,
        "encoding-type": encodingFor(quirks),
        "max-uploads": 1000,
        prefix: store.prefix + key,
        ...(start.key !== "" && { "key-marker": start.key, "upload-id-marker": start.id }),
      },
      unless: "no-upload-list",
    }));
    if (answer.code !== undefined) return [];
    found.push(...readUploads(store, key, answer));
    if (elementText(answer.text, "IsTruncated") !== "true") break;
    start = {
      key: nameDecoder(answer.text)(elementText(answer.text, "NextKeyMarker") ?? ""),
      id: elementText(answer.text, "NextUploadIdMarker") ?? "",
    };
  }
  return found.filter((one) => key === "" || one.key === key)
    .sort((a, b) => b.initiated - a.initiated);
}

/** By so many ms the server's clock may be ahead of a `Date` header, which counts whole seconds. */
const DATE_PRECISION = 1_000;

function readUploads(store: Store, prefix: string, { headers, text }: Answer) {
  const now = Date.parse(headers.date ?? "") + DATE_PRECISION;
  const opened = now - (performance.now() - store.openedAt);
  const decode = nameDecoder(text);
  return elements(text, "Upload")
    .map((upload) => ({
      name: decode(elementText(upload, "Key") ?? ""),
      id: elementText(upload, "UploadId") ?? "",
      initiated: Date.parse(elementText(upload, "Initiated") ?? ""),
    }))
    .filter(({ name, id, initiated }) =>
      name.startsWith(store.prefix + prefix) && initiated < opened && !store.begun.has(id)
    )
    .map(({ name, ...upload }) => ({ ...upload, key: name.slice(store.prefix.length) }));
}
