/** xz, by xz-decompress: xz-embedded in WebAssembly, loaded when an xz file turns up. */
import type { ByteReader } from "../../util/byte_reader.ts";
import { BinimportError, damaged, messageOf } from "../../util/errors.ts";
import { unsupported } from "../errors.ts";
import { notPadding } from "./inflater.ts";

/** Readings with an xz file open. */
const open = new WeakSet<object>();

/** The library decodes one stream at a time: one inside another of a reading would wait. */
export async function* unxz(reader: ByteReader, reading: object): AsyncGenerator<Uint8Array> {
  try {
    if (open.has(reading)) {
      throw refused("another xz file is being read, and only one at a time can be");
    }
    open.add(reading);
    try {
      const { default: { XzReadableStream } } = await import("xz-decompress");
      for await (const chunk of new XzReadableStream(ReadableStream.from(reader))) {
        if (chunk.length > 0) yield chunk;
      }
      if (await reader.more()) throw notPadding("xz"); // should the library ever stop early
    } finally {
      open.delete(reading);
    }
  } catch (error) {
    throw xzError(error);
  } finally {
    await reader.close(); // the library does not, when it fails
  }
}

/** By xz-embedded's `enum xz_ret`. */
const FAILURES: Readonly<Record<string, (cause: unknown) => BinimportError>> = {
  4: () => refused("unpacking its xz data would take more than 64 MiB of memory"),
  5: () => notPadding("xz"),
  6: () => refused("its xz data has a SHA-256 checksum or a filter, which is not supported"),
  8: (cause) => damaged("the xz data ends early", cause),
};

/** Errors of the input pass. */
function xzError(error: unknown): unknown {
  const code = /failed with error code (\d+)/.exec(messageOf(error))?.[1];
  if (error instanceof BinimportError || code === undefined) return error;
  return FAILURES[code]?.(error) ?? damaged("the xz data is damaged", error);
}

function refused(state: string): BinimportError {
  return unsupported(state, "Unpack it on the way: xz -dc FILE | binimport … -");
}
