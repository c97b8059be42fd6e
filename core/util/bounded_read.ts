/**
 * Bodies of others, read with a limit and a deadline: a server that never stops, or never goes on,
 * is an error, not a full memory.
 */
import { abortable } from "./abort.ts";
import { BinimportError } from "./errors.ts";

/** Names, answers of a few lines, pages of errors: more than this of them is something else. */
export const SMALL = 1024 * 1024;

/** A small body that has not come whole by then, in milliseconds, does not come. */
const DEADLINE = 60_000;

/** Options of {@linkcode readBounded}. */
export interface BoundedOptions {
  /** The most bytes. Default: {@linkcode SMALL}. */
  readonly limit?: number;
  /** The most milliseconds until the end. Default: 60,000. */
  readonly deadline?: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * A body's bytes in one piece. When it is longer than the limit or takes longer than the deadline it
 * is left, and code `unavailable` is thrown; the message is only the state.
 */
export async function readBounded(
  body: AsyncIterable<Uint8Array>,
  { limit = SMALL, deadline = DEADLINE, signal }: BoundedOptions = {},
): Promise<Uint8Array<ArrayBuffer>> {
  const late = AbortSignal.timeout(deadline);
  const chunks: Uint8Array[] = [];
  let size = 0;
  try {
    const either = signal === undefined ? late : AbortSignal.any([signal, late]);
    for await (const chunk of abortable(body, either)) {
      size += chunk.length;
      if (size > limit) throw tooMuch(limit);
      chunks.push(new Uint8Array(chunk)); // a copy: chunks may be valid until the next one only
    }
  } catch (error) {
    signal?.throwIfAborted();
    if (!late.aborted) throw error;
    throw new BinimportError("unavailable", `no end of it came within ${deadline / 1000} s`);
  }
  return joined(chunks, size);
}

/** The text of {@linkcode readBounded}; what is not UTF-8 becomes U+FFFD. */
export async function readBoundedText(
  body: AsyncIterable<Uint8Array>,
  options?: BoundedOptions,
): Promise<string> {
  return new TextDecoder().decode(await readBounded(body, options));
}

/** The error for more than so many bytes; the message is only the state. */
export function tooMuch(limit: number): BinimportError {
  return new BinimportError("unavailable", `it has more than ${limit} bytes`);
}

function joined(chunks: readonly Uint8Array[], size: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}
