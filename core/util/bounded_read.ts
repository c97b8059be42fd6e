/** Bodies of others, read with a limit and a deadline: of a server that never stops, or never goes on. */
import { Buffer } from "node:buffer";
import { createReadStream } from "node:fs";
import { abortable } from "./streams.ts";
import { BinimportError } from "./errors.ts";

/** Names, answers of a few lines, pages of errors: more than this of them is something else. */
export const SMALL: number = 1024 * 1024;

/** A small body that has not come whole by then, in milliseconds, does not come. */
const DEADLINE = 60_000;

interface BoundedOptions {
  /** The most bytes. Default: {@linkcode SMALL}. */
  readonly limit?: number;
  /** The most milliseconds until the end. Default: 60,000. */
  readonly deadline?: number;
  readonly signal?: AbortSignal | undefined;
}

/** A body is longer than the limit, or took longer than the deadline; the message is the state. */
export class Unbounded extends BinimportError {
  constructor(state: string) {
    super("unavailable", state);
  }
}

/** A body's bytes in one piece; throws {@linkcode Unbounded}. The body is left then, not closed. */
export async function readBounded(
  body: AsyncIterable<Uint8Array>,
  { limit = SMALL, deadline = DEADLINE, signal }: BoundedOptions = {},
): Promise<Uint8Array<ArrayBuffer>> {
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), deadline); // one of AbortSignal.timeout would stay
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    const either = AbortSignal.any([late.signal, ...(signal === undefined ? [] : [signal])]);
    for await (const chunk of abortable(body, either)) {
      size += chunk.length;
      if (size > limit) throw new Unbounded(`it has more than ${limit} bytes`);
      chunks.push(new Uint8Array(chunk)); // a copy: chunks may be valid until the next one only
    }
  } catch (error) {
    signal?.throwIfAborted();
    if (!late.signal.aborted) throw error;
    throw new Unbounded(`no end of it came within ${deadline / 1000} s`);
  } finally {
    clearTimeout(timer);
  }
  return new Uint8Array(Buffer.concat(chunks));
}

/** The text of {@linkcode readBounded}; what is not UTF-8 becomes U+FFFD. */
export async function readBoundedText(
  body: AsyncIterable<Uint8Array>,
  options?: BoundedOptions,
): Promise<string> {
  return new TextDecoder().decode(await readBounded(body, options));
}

/** A small file, or pipe, that the user named; throws as the system does, and {@linkcode Unbounded}. */
export async function readNamed(
  path: string,
  options?: BoundedOptions,
): Promise<Uint8Array<ArrayBuffer>> {
  return await readBounded(createReadStream(path), options);
}

/** The text of {@linkcode readNamed}; what is not UTF-8 becomes U+FFFD. */
export async function readNamedText(path: string, options?: BoundedOptions): Promise<string> {
  return new TextDecoder().decode(await readNamed(path, options));
}
