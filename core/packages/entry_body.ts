/** The body of one entry of an archive, which is read in place. */
import type { ByteReader } from "../util/byte_reader.ts";
import { damaged } from "../util/errors.ts";
import { quoteName } from "./bytes.ts";

/** A body that can be read once, before the next entry is asked for. */
export interface EntryBody {
  /** The bytes, as views into the input's chunks. */
  chunks(): AsyncIterable<Uint8Array>;
  /** All of them in one piece, in place of `chunks`. Valid until the next entry is asked for. */
  bytes(): Uint8Array | Promise<Uint8Array>;
  /** Up to so many bytes from its start, which stay to be read; to be called before all others. */
  head(length: number): Promise<Uint8Array>;
  /** Passes over what was not read of it, and over `more` bytes. */
  end(more: number): Promise<void>;
}

/** The next `size` bytes as the body of an entry. */
export function entryBody(reader: ByteReader, size: number, name: string): EntryBody {
  let left = size;
  let state: "unread" | "reading" | "passed" = "unread";

  function begin(): void {
    if (state !== "unread") {
      throw new Error(`The body of entry "${name}" can be read once, before the next entry`);
    }
    state = "reading";
  }

  async function* chunks(): AsyncGenerator<Uint8Array> {
    begin();
    while (left > 0) {
      const part = reader.some(left);
      if (part !== undefined) {
        left -= part.length;
        yield part;
        if (state === "passed") begin();
      } else if (!await reader.more()) throw endsInside(quoteName(name));
    }
  }

  function bytes(): Uint8Array | Promise<Uint8Array> {
    begin();
    const count = left;
    left = 0;
    return reader.take(count) ?? reader.gather(count).then((all) => {
      if (all.length < count) throw endsInside(quoteName(name));
      return all;
    });
  }

  return {
    chunks,
    bytes,
    head: (length) => reader.peek(Math.min(length, left)),
    async end(more) {
      state = "passed";
      const length = left + more;
      if (reader.take(length) === undefined && !await reader.skip(length)) {
        throw endsInside(quoteName(name));
      }
    },
  };
}

/** The error for an input that ends within what `place` names. */
export function endsInside(place: string): Error {
  return damaged(`it ends in the middle of ${place}`);
}
