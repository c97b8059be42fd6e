/**
 * xz, by xz-decompress: xz-embedded in WebAssembly, whose code lies inside the package's JavaScript.
 * It is loaded when an xz file turns up, since that takes some milliseconds.
 */
import type { ByteReader } from "../../util/byte_reader.ts";
import { BinimportError, damaged, messageOf } from "../../util/errors.ts";
import { unsupported } from "../errors.ts";
import { notPadding } from "./inflater.ts";

/** xz-embedded's `enum xz_ret`, as far as it gets here. */
const MEMLIMIT_ERROR = 4;
const FORMAT_ERROR = 5;
const OPTIONS_ERROR = 6;
const BUF_ERROR = 8;

/** The library decodes one stream at a time, and lets others wait. */
let turn: { readonly of: object; readonly over: Promise<void> } | undefined;

/** The uncompressed bytes; an xz file inside an xz file of the same reading would wait for ever. */
export async function* unxz(input: ByteReader, reading: object): AsyncGenerator<Uint8Array> {
  const { promise, resolve } = Promise.withResolvers<void>();
  try {
    while (turn !== undefined) {
      if (turn.of === reading) {
        throw refused("another xz file is being read, and only one at a time can be");
      }
      await turn.over;
    }
    turn = { of: reading, over: promise };
    try {
      yield* decoded(input);
    } finally {
      turn = undefined;
      resolve();
    }
  } finally {
    await input.close(); // the library does not, when it fails
  }
}

async function* decoded(reader: ByteReader): AsyncGenerator<Uint8Array> {
  let inputError: { readonly error: unknown } | undefined;
  const input = reading(reader, (error) => inputError = { error });
  try {
    const { default: { XzReadableStream } } = await import("xz-decompress");
    for await (const chunk of new XzReadableStream(ReadableStream.from(input))) {
      if (chunk.length > 0) yield chunk;
    }
    if (await reader.more()) throw notPadding("xz"); // should the library ever stop early
  } catch (error) {
    throw inputError === undefined ? xzError(error) : inputError.error;
  }
}

/** The chunks but for empty ones, one of which the library would take for the end. */
async function* reading(
  reader: ByteReader,
  onError: (error: unknown) => void,
): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of reader) yield chunk;
  } catch (error) {
    onError(error);
    throw error;
  }
}

function xzError(error: unknown): Error {
  if (error instanceof BinimportError) return error;
  switch (Number(/error code (\d+)/.exec(messageOf(error))?.[1])) {
    case MEMLIMIT_ERROR:
      return refused("unpacking its xz data would take more than 64 MiB of memory");
    case FORMAT_ERROR:
      return notPadding("xz");
    case OPTIONS_ERROR:
      return refused("its xz data has a SHA-256 checksum or a filter, which is not supported");
    case BUF_ERROR:
      return damaged("the xz data ends early", error);
    default:
      return damaged("the xz data is damaged", error);
  }
}

function refused(state: string): BinimportError {
  return unsupported(state, "Unpack it on the way: xz -dc FILE | binimport … -");
}
