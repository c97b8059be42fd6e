/** The parts of an object on their way, and the upload that they belong to. */
import { messageOf } from "../../../core/util/errors.ts";
import { abortable } from "../../../core/util/streams.ts";
import type { StoredBody } from "../objects.ts";
import type { Part } from "../parts.ts";
import type { BucketObject } from "../store.ts";
import { abortUpload, sendPart } from "./multipart_api.ts";
import { type SentParts, storedAlready } from "./stale_uploads.ts";

export interface OpenUpload {
  readonly id: string;
  readonly sent: SentParts;
  /** Ends it once, unless it was completed; says so when that cannot be done. */
  readonly discard: () => Promise<void>;
}

/** Notes an upload that is open, so that closing the store ends it unless it is completed. */
export function opened(
  object: BucketObject,
  { id, sent }: { readonly id: string; readonly sent: SentParts },
): OpenUpload {
  const { host, begun, unpublished } = object.store;
  let ending: Promise<void> | undefined;
  async function discard(): Promise<void> {
    if (unpublished.delete(discard)) {
      ending = abortUpload(object, id).catch((error) => {
        const hint = "It takes up space there. The next import of this file takes it away.";
        host.warn("leftover-upload", messageOf(error), hint);
      });
    }
    await ending;
  }
  begun.add(id);
  unpublished.add(discard);
  return { id, sent, discard };
}

/**
 * Sends all parts side by side, as many as there are buffers for; the first of them is read while
 * the upload is still being opened. What cannot be sent whole is discarded, but for what a stopped
 * import has sent: the next one goes on with that.
 */
export async function sendParts(
  object: BucketObject,
  opening: Promise<OpenUpload>,
  parts: AsyncIterable<Part>,
): Promise<StoredBody[]> {
  const failure = new AbortController();
  const given = object.signal;
  const signal = AbortSignal.any([failure.signal, ...(given === undefined ? [] : [given])]);
  const sending: Promise<StoredBody>[] = [];
  let arrived = 0;

  async function sendOne(part: Part): Promise<StoredBody> {
    try {
      const { id, sent } = await opening;
      const stored = storedAlready(sent, part) ?? await sendPart({ ...object, signal }, id, part);
      arrived++;
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
    for await (const part of abortable(parts, signal)) {
      const sent = sendOne(part);
      sent.catch(() => {}); // Seen below; it may fail while a later part is read.
      sending.push(sent);
    }
    return await Promise.all(sending);
  } catch (error) {
    failure.abort(error);
    await Promise.allSettled(sending); // A part that arrives after the abort would stay for good.
    const upload = await opening.catch(() => undefined);
    const isOfUse = given?.aborted && arrived + (upload?.sent.size ?? 0) > 0;
    if (!isOfUse) await upload?.discard();
    throw error;
  }
}
