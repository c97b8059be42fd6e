/** Sources for `put` and `stage`, and the checks that each of them owes its caller. */
import type { PutSource } from "./adapter.ts";
import { BinimportError } from "./errors.ts";

/**
 * A source over bytes in memory, which stay as they are; it can be opened any number of times.
 *
 * @param sha256 of the bytes, in lower-case hex, where the caller has hashed them: spares the adapter that
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { bytesSource } from "binimport";
 *
 * const source = bytesSource(new TextEncoder().encode("hello"));
 * assert(source.size === 5 && await new Response(source.open()).text() === "hello");
 * ```
 */
export function bytesSource(bytes: Uint8Array, sha256?: string): PutSource {
  const chunks = async function* () {
    if (bytes.length > 0) yield bytes;
  };
  const known = sha256 === undefined ? {} : { sha256: () => sha256 };
  return { ...chunkSource(bytes.length, true, chunks), bytes: () => bytes, ...known };
}

/**
 * A source over chunks that `make` begins to give when it is called. A chunk need be valid only
 * until the next one is asked for.
 */
export function chunkSource(
  size: number,
  replayable: boolean,
  make: () => AsyncIterable<Uint8Array>,
): PutSource {
  return { size, replayable, chunks: make, open: () => ReadableStream.from(owned(make())) };
}

async function* owned(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) yield new Uint8Array(chunk); // a Buffer's slice() is no copy
}

/** The chunks of a source in the cheapest shape that it offers. */
export function chunksOf(source: PutSource): AsyncIterable<Uint8Array> {
  return source.chunks === undefined ? source.open() : source.chunks();
}

/**
 * The chunks of a source, ending in an error with code `integrity` where there are more or fewer
 * bytes than its size. Stops when `signal` is aborted.
 */
export async function* exactChunks(
  key: string,
  source: PutSource,
  signal?: AbortSignal,
): AsyncGenerator<Uint8Array> {
  let seen = 0;
  for await (const chunk of chunksOf(source)) {
    signal?.throwIfAborted();
    seen += chunk.length;
    if (seen > source.size) break;
    yield chunk;
  }
  signal?.throwIfAborted();
  assertSize(key, source.size, seen);
}

/** Throws code `integrity` unless as many bytes came as were announced. */
export function assertSize(key: string, announced: number, came: number): void {
  if (came === announced) return;
  const state = came > announced ? "more" : `only ${came}`;
  throw new BinimportError(
    "integrity",
    `Cannot store "${key}": ${announced} bytes were announced, ${state} came`,
    { key },
  );
}

/** Throws code `integrity` unless the digests are alike, or none is expected. */
export function assertDigest(
  key: string,
  expected: string | undefined,
  actual: string | undefined,
): void {
  if (expected === undefined || expected === actual) return;
  throw new BinimportError(
    "integrity",
    `Cannot store ${JSON.stringify(key)}: its SHA-256 is "${actual}", not "${expected}"`,
    { key },
  );
}

/** All the chunks as one array of `size` bytes; rejects with code `integrity` when they differ. */
export async function collect(
  chunks: AsyncIterable<Uint8Array>,
  size: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(size);
  let at = 0;
  for await (const chunk of chunks) {
    if (at + chunk.length > size) at = size + 1;
    else bytes.set(chunk, at);
    if (at > size) break;
    at += chunk.length;
  }
  if (at === size) return bytes;
  throw new BinimportError(
    "integrity",
    `Cannot read ${size} bytes: ${at < size ? `only ${at}` : "more"} came`,
  );
}
