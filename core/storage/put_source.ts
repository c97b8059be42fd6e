/** Sources for `put` and `stage`, and the checks that each of them owes its caller. */
import { abortable } from "../util/streams.ts";
import { digestOf, sha256, sha256Of } from "../util/digest.ts";
import { BinimportError } from "../util/errors.ts";
import type {
  CallOptions,
  ObjectDigest,
  PutOptions,
  PutSource,
  StorageAdapter,
} from "./adapter.ts";
import { assertKey } from "./key.ts";

/**
 * A source over bytes in memory, which stay as they are; `sha256` of who has hashed them already.
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
  const source = chunkSource(bytes.length, true, async function* () {
    if (bytes.length > 0) yield bytes;
  });
  return { ...source, bytes: () => bytes, ...(sha256 !== undefined && { sha256: () => sha256 }) };
}

/** A source over chunks that `make` gives, each valid at least until the next one is asked for. */
export function chunkSource(
  size: number,
  replayable: boolean,
  make: () => AsyncIterable<Uint8Array>,
): PutSource {
  async function* owned(): AsyncGenerator<Uint8Array> {
    for await (const chunk of make()) yield new Uint8Array(chunk); // a Buffer's slice() is no copy
  }
  return { size, replayable, chunks: make, open: () => ReadableStream.from(owned()) };
}

/** A source whose chunks another one gives; `pass` hands them on, each time they are asked for. */
export function passedSource(
  source: PutSource,
  pass: (chunks: AsyncIterable<Uint8Array>) => AsyncIterable<Uint8Array>,
): PutSource {
  const passed = chunkSource(source.size, source.replayable, () => pass(chunksOf(source)));
  return { ...passed, ...(source.sha256 && { sha256: () => source.sha256?.() }) };
}

/** The chunks of a source in the cheapest shape that it offers. */
export function chunksOf(source: PutSource): AsyncIterable<Uint8Array> {
  return source.chunks?.() ?? source.open();
}

/** The chunks of a source; throws code `integrity` where its size is another than it announced. */
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
function assertSize(key: string, announced: number, came: number): void {
  if (came === announced) return;
  const seen = came > announced ? "more" : `only ${came}`;
  const message = `Cannot store "${key}": ${announced} bytes were announced, ${seen} came`;
  throw new BinimportError("integrity", message, { key });
}

/** Throws code `integrity` unless the digests are alike, or none is expected. */
export function assertDigest(
  key: string,
  expected: string | undefined,
  actual: string | undefined,
): void {
  if (expected === undefined || expected === actual) return;
  const state = `its SHA-256 is "${actual}", not "${expected}"`;
  throw new BinimportError("integrity", `Cannot store ${JSON.stringify(key)}: ${state}`, { key });
}

/** All the chunks as one array of `size` bytes; rejects with code `integrity` when they differ. */
export async function collect(
  chunks: AsyncIterable<Uint8Array>,
  size: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(size);
  let at = 0;
  for await (const chunk of chunks) {
    if (at + chunk.length <= size) bytes.set(chunk, at);
    at += chunk.length;
    if (at > size) break;
  }
  if (at === size) return bytes;
  const seen = at < size ? `only ${at}` : "more";
  throw new BinimportError("integrity", `Cannot read ${size} bytes: ${seen} came`);
}

/**
 * What `AdapterHost.read` promises. As the last chunk comes only when everything was found right, a
 * server that waits for all of them, as with `Content-Length`, is not given a wrong object.
 */
export async function* checkedChunks(
  key: string,
  source: PutSource,
  { sha256: expected, signal }: PutOptions = {},
): AsyncGenerator<Uint8Array> {
  assertKey(key);
  const hash = expected === undefined || source.sha256 !== undefined ? undefined : sha256();
  let seen = 0;
  let last: Uint8Array | undefined;
  for await (const chunk of abortable(exactChunks(key, source), signal)) {
    seen += chunk.length;
    hash?.update(chunk);
    if (chunk.length === 0) continue;
    if (seen === source.size) last = new Uint8Array(chunk); // a copy: the source goes on
    else yield chunk;
  }
  signal?.throwIfAborted(); // a source without bytes gives no chance to notice
  assertDigest(key, expected, source.sha256?.() ?? hash?.digest("hex"));
  if (last !== undefined) yield last;
}

/** The bytes of a source in memory, after the same checks; valid until the caller waits. */
export function checkedBytes(
  key: string,
  source: PutSource,
  { sha256: expected, signal }: PutOptions = {},
): Uint8Array | undefined {
  const bytes = source.bytes?.();
  if (bytes === undefined) return undefined;
  assertKey(key);
  signal?.throwIfAborted();
  assertSize(key, source.size, bytes.length);
  if (expected !== undefined) assertDigest(key, expected, source.sha256?.() ?? sha256Of(bytes));
  return bytes;
}

/** Reads an object, not beyond `most` bytes; rejects with code `not-found` when there is none. */
export async function objectDigest(
  adapter: Pick<StorageAdapter, "get" | "digest">,
  key: string,
  options: CallOptions,
  most?: number,
): Promise<ObjectDigest> {
  return await adapter.digest?.(key, options) ??
    await digestOf(await adapter.get(key, options), options.signal, most);
}
