/** The parts of a source, and its digest before the first of them is sent, where memory allows. */
import type { Hash } from "node:crypto";
import { abortable } from "../../core/abortable.ts";
import type { PutOptions, PutSource } from "../../core/adapter.ts";
import { sha256 as newSha256 } from "../../core/digest.ts";
import { BinimportError } from "../../core/errors.ts";
import { exactChunks } from "../../core/put_source.ts";
import { MAX_PARTS_AHEAD } from "./buffers.ts";
import { cutParts, type Part } from "./parts.ts";
import type { Store } from "./store.ts";

/** Parts to send, and the digest of the whole where that is known by now. */
export interface Digested {
  /** To be iterated once; whoever takes a part frees it. */
  readonly parts: AsyncIterable<Part>;
  /** In lower-case hex. */
  readonly sha256: string | undefined;
  /** Frees the parts that nobody has taken. */
  drop(): void;
}

/**
 * An upload is given its metadata when it begins. So what fits into memory is read first, and its
 * digest is among the metadata; what does not, goes up while it is read. A digest that is known
 * beforehand is checked in either case, before the last part is given out.
 */
export async function digestFirst(
  store: Store,
  key: string,
  source: PutSource,
  { sha256, signal }: PutOptions,
): Promise<Digested> {
  const whole = source.sha256 === undefined ? newSha256() : undefined;
  const hashParts = store.connection.signsPayload;

  async function* parts(): AsyncGenerator<Part> {
    yield* partsOf(store, key, source, { hashParts, whole, signal });
    if (sha256 !== undefined) assertDigest(key, sha256, whole?.digest("hex") ?? source.sha256?.());
  }

  if (sha256 !== undefined || source.size > store.partSize * MAX_PARTS_AHEAD) {
    return { parts: parts(), sha256, drop: () => {} };
  }
  // One at a time: two that wait for each other's memory would wait for ever.
  const done = await store.readingAhead.acquire(1, signal);
  try {
    const read = await readAll(parts());
    return { ...handedOut(read), sha256: whole?.digest("hex") ?? source.sha256?.() };
  } finally {
    done();
  }
}

async function readAll(parts: AsyncIterable<Part>): Promise<Part[]> {
  const read: Part[] = [];
  try {
    for await (const part of parts) read.push(part);
    return read;
  } catch (error) {
    for (const part of read) part.free();
    throw error;
  }
}

function handedOut(read: readonly Part[]): Pick<Digested, "parts" | "drop"> {
  const left = [...read];
  async function* parts(): AsyncGenerator<Part> {
    for (let part = left.shift(); part !== undefined; part = left.shift()) yield part;
  }
  return { parts: parts(), drop: () => left.forEach((part) => part.free()) };
}

/** What becomes of the bytes of {@linkcode partsOf} on the way. */
export interface Reading {
  /** Whether each part is hashed. */
  readonly hashParts: boolean;
  /** A digest that sees all bytes. */
  readonly whole?: Hash | undefined;
  /** Ends the reading. */
  readonly signal: AbortSignal | undefined;
}

/** Cuts a source, as long as it says that it is, into parts. */
export function partsOf(
  store: Store,
  key: string,
  source: PutSource,
  reading: Reading,
): AsyncGenerator<Part> {
  const { size } = source;
  const { partSize, buffers } = store;
  const chunks = abortable(exactChunks(key, source, reading.signal), reading.signal);
  return cutParts(chunks, { size, partSize, buffers, ...reading });
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
    `Cannot store "${key}": its SHA-256 is "${actual}", "${expected}" was expected`,
    { key },
  );
}
