/** The parts of an object on their way, and the upload that they belong to. */
import { abortable } from "../../../core/util/streams.ts";
import { messageOf } from "../../../core/util/errors.ts";
import { assertStored } from "../objects.ts";
import type { Part } from "../parts.ts";
import type { Store } from "../store.ts";
import {
  abortUpload,
  completeUpload,
  sendPart,
  type StoredPart,
  type Upload,
} from "./multipart_api.ts";
import { type SentParts, storedAlready } from "./stale_uploads.ts";

export interface OpenUpload {
  readonly upload: Upload;
  readonly sent: SentParts;
  /** Ends it once, unless it was completed; says so when that cannot be done. */
  readonly discard: () => Promise<void>;
}

/** Notes an upload that is open, so that closing the store ends it unless it is completed. */
export function opened(store: Store, upload: Upload, sent: SentParts = new Map()): OpenUpload {
  async function discard(): Promise<void> {
    if (!store.unpublished.delete(discard)) return await ending;
    ending = abortUpload(store, upload).catch((error) => {
      const hint = "It takes up space there. The next import of this file takes it away.";
      store.host.warn("leftover-upload", messageOf(error), hint);
    });
    await ending;
  }

  let ending: Promise<void> | undefined;
  store.begun.add(upload.id);
  store.unpublished.add(discard);
  return { upload, sent, discard };
}

/** Parts that are stored, and wait for their object. */
export interface StagedParts {
  readonly discard: () => Promise<void>;
  /** Makes the object; gives its ETag. It is read back where a part of it is doubtful. */
  publish(signal: AbortSignal | undefined, sha256: string | undefined): Promise<string>;
}

/** Sends all parts; the first of them is read while the upload is still being opened. */
export async function stageParts(
  store: Store,
  opening: Promise<OpenUpload>,
  parts: AsyncIterable<Part>,
  signal: AbortSignal | undefined,
): Promise<StagedParts> {
  const arrived: StoredPart[] = [];
  try {
    const stored = await sendParts(store, opening, parts, arrived, signal);
    const { upload, discard } = await opening;
    return {
      discard,
      async publish(signal, sha256) {
        store.buffers.trim(); // whoever publishes has staged all there is
        const etag = await completeUpload(store, upload, stored, signal);
        store.unpublished.delete(discard);
        const isDoubtful = stored.some((part) => part.isDoubtful);
        if (isDoubtful && sha256) await assertStored(store, upload.key, sha256, signal);
        return etag;
      },
    };
  } catch (error) {
    await opening.then(({ sent, discard }) => {
      // What a stopped import has sent, the next one goes on with.
      const isOfUse = signal?.aborted && arrived.length + sent.size > 0;
      return isOfUse ? undefined : discard();
    }, () => {});
    throw error;
  }
}

/** Sends the parts side by side, as many as there are buffers for; notes those that `arrived`. */
async function sendParts(
  store: Store,
  opening: Promise<OpenUpload>,
  parts: AsyncIterable<Part>,
  arrived: StoredPart[],
  signal: AbortSignal | undefined,
): Promise<StoredPart[]> {
  const failure = new AbortController();
  const either = AbortSignal.any([failure.signal, ...(signal === undefined ? [] : [signal])]);
  const sending: Promise<StoredPart>[] = [];

  async function sendOne(part: Part): Promise<StoredPart> {
    try {
      const { upload, sent } = await opening;
      const stored = storedAlready(sent, part) ?? await sendPart(store, upload, part, either);
      arrived.push(stored);
      return stored;
    } catch (error) {
      failure.abort(error);
      throw error;
    } finally {
      part.free();
    }
  }

  opening.catch((error) => failure.abort(error));
  try {
    for await (const part of abortable(parts, either)) {
      const sent = sendOne(part);
      sent.catch(() => {}); // Seen below; it may fail while a later part is read.
      sending.push(sent);
    }
    return await Promise.all(sending);
  } catch (error) {
    failure.abort(error);
    await Promise.allSettled(sending); // A part that arrives after the abort would stay for good.
    throw error;
  }
}
