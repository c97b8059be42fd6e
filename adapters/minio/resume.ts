/** Going on with the upload that a killed run has left. */
import { createHash } from "node:crypto";
import { crcOf } from "./checksum.ts";
import { leftovers, whereAllowed } from "./leftovers.ts";
import { abortUpload, type StoredPart, type Upload } from "./multipart.ts";
import type { Part } from "./parts.ts";
import { escapeQuery, sendForText } from "./requests.ts";
import { about, bareEtag, type Store, target } from "./store.ts";
import { elements, elementText } from "../../core/util/xml.ts";

/** A part that an earlier run has sent. */
interface SentPart {
  readonly etag: string;
  readonly size: number;
}

/** Parts by number. */
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
export async function resumable(
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
  return found.etag === md5 ? { number, etag: md5, crc: crcOf(bytes) } : undefined;
}

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
    more = elementText(text, "IsTruncated") === "true" && Number(next) > Number(marker);
    marker = next;
  }
  return sent;
}
