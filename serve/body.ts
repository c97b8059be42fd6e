/** The bytes of an answer, read as the client takes them. */
import { messageOf } from "../core/util/errors.ts";
import type { ByteRange } from "./file_response.ts";

/**
 * Bytes that all answers under way may have in memory together. A large chunk makes one client
 * fast; of a thousand each gets a small one, so that memory does not grow with them.
 */
const BUDGET = 32 * 1024 * 1024;

/** What is larger has left the processor's cache by the time it is sent. */
const LARGEST_CHUNK = 256 * 1024;
const SMALLEST_CHUNK = 16 * 1024;

export interface BodyEnd {
  /** Bytes handed over to be sent. */
  readonly sent: number;
  /** Why it was cut short; absent when it was sent whole. */
  readonly broken?: string;
}

/** Opens bodies; those of one server share a budget of memory. */
export type OpenBody = (
  file: Deno.FsFile,
  range: ByteRange,
  onEnd: (end: BodyEnd) => void,
) => ReadableStream<Uint8Array<ArrayBuffer>>;

/** Makes what opens bodies. Each closes its file and calls `onEnd` once, however it ends. */
export function bodyOpener(): OpenBody {
  let open = 0;
  return (file, { start, end }, onEnd) => {
    const length = end - start + 1;
    let left = length;
    let ended = false;
    let positioned = start === 0;
    open++;

    function finish(broken?: string): void {
      if (ended) return;
      ended = true;
      open--;
      file.close();
      onEnd({ sent: length - left, ...(broken === undefined ? {} : { broken }) });
    }

    async function pull(controller: ReadableStreamDefaultController<Uint8Array<ArrayBuffer>>) {
      try {
        if (!positioned) await file.seek(start, Deno.SeekMode.Start);
        positioned = true;
        const chunk = new Uint8Array(Math.min(left, chunkSize(open)));
        const read = await file.read(chunk) ?? 0;
        if (ended) return; // the client left meanwhile
        if (read === 0) throw new Error("the file was cut short while it was sent");
        left -= read;
        controller.enqueue(chunk.subarray(0, read));
        if (left > 0) return;
        finish();
        controller.close();
      } catch (error) {
        if (ended) return;
        const state = messageOf(error);
        finish(state);
        // The connection breaks: the client sees that something is missing. Deno prints what it is
        // given here, of an error also the stack; the log says of which file it was.
        controller.error(`warning: An answer broke off: ${state}`);
      }
    }

    const cancel = () => finish("the client left");
    // One chunk is read while the one before is sent: a third faster than one after the other.
    return new ReadableStream({ pull, cancel }, { highWaterMark: 1 });
  };
}

function chunkSize(open: number): number {
  return Math.max(SMALLEST_CHUNK, Math.min(LARGEST_CHUNK, Math.floor(BUDGET / (2 * open))));
}
