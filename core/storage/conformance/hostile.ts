/**
 * Cases: a source that lies or fails is refused, and leaves everything as it was.
 *
 * Sources that conformance cases feed to an adapter: sound ones in odd shapes, and hostile ones.
 */
import { sha256 } from "../../util/digest.ts";
import { type ErrorCode, messageOf } from "../../util/errors.ts";
import type { PutOptions, PutSource } from "../adapter.ts";
import { bytesSource, chunkSource } from "../put_source.ts";
import { type Bench, type ConformanceCase, defineBoth, store, type Way } from "./case.ts";
import {
  expectAbsent,
  expectNothingNew,
  expectObject,
  expectRejection,
  mismatch,
} from "./expect.ts";

/** Small enough for one chunk of any adapter, and larger than that. */
const SIZES = [100, 2_500_000] as const;

/** What is tried on a fresh key and on one that holds an object. */
interface Refusal {
  readonly what: string;
  readonly source: () => PutSource;
  readonly options?: PutOptions;
  readonly code?: ErrorCode;
}

async function expectRefused(bench: Bench, way: Way, refusal: Refusal): Promise<unknown> {
  const { adapter, key } = bench;
  const old = sample(777, 7);
  await adapter.put(key("old"), whole(old));
  const refuse = (name: string) =>
    expectRejection(
      `${way}() of ${refusal.what}`,
      () => store(bench, way, key(name), refusal.source(), refusal.options),
      refusal.code,
    );
  const error = await expectNothingNew(adapter, async () => {
    await refuse("old");
    return await refuse("fresh");
  });
  await expectObject(adapter, key("old"), old);
  await expectAbsent(adapter, key("fresh"));
  return error;
}

const short = defineBoth("a source that is too short", async (bench, way) => {
  for (const size of SIZES) {
    for (const given of [0, 1, size - 1]) {
      await expectRefused(bench, way, {
        what: `a source of ${given} bytes that announced ${size}`,
        source: () => lying(sample(given), size),
        code: "integrity",
      });
    }
  }
});

const long = defineBoth("a source that is too long", async (bench, way) => {
  for (const size of [0, ...SIZES]) {
    for (const more of [1, 1_500_000]) {
      await expectRefused(bench, way, {
        what: `a source of ${size + more} bytes that announced ${size}`,
        source: () => lying(sample(size + more), size),
        code: "integrity",
      });
    }
  }
});

const broken = defineBoth("a source that fails in the middle", async (bench, way) => {
  for (const size of SIZES) {
    const failure = new Error("the source failed, as it should");
    const error = await expectRefused(bench, way, {
      what: "a source that fails in the middle",
      source: () => failing(sample(size), size >> 1, failure),
    });
    if (!comesFrom(error, failure)) {
      throw mismatch(
        "the source's own error, or one with it as cause",
        messageOf(error),
        "It tells a damaged package from a failing target: pass it on, or keep it as `cause`.",
      );
    }
  }
});

function comesFrom(error: unknown, origin: Error): boolean {
  if (error === origin) return true;
  return error instanceof Error && error.cause !== undefined && comesFrom(error.cause, origin);
}

const wrongDigest = defineBoth("bytes that differ from the sha256 given", async (bench, way) => {
  for (const size of [0, ...SIZES]) {
    const wrong = sha256().update("something else").digest("hex");
    await expectRefused(bench, way, {
      what: `${size} bytes with another sha256`,
      source: () => whole(sample(size)),
      options: { sha256: wrong },
      code: "integrity",
    });
    const right = sha256().update(sample(size)).digest("hex");
    await store(bench, way, bench.key("right"), whole(sample(size)), { sha256: right });
    await expectObject(bench.adapter, bench.key("right"), sample(size));
  }
}, ({ capabilities }) => {
  if (!capabilities.verifiesSha256) return "capabilities.verifiesSha256 is false";
});

/** A source that lies or fails is refused, and leaves everything as it was. */
export const hostileCases: readonly ConformanceCase[] = [
  ...short,
  ...long,
  ...broken,
  ...wrongDigest,
];

/** Bytes that differ at every offset and between seeds, so that mixed-up parts show. */
export function sample(size: number, seed = 1): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(size);
  let state = (seed * 2654435761) >>> 0 || 1;
  for (let at = 0; at < size; at++) {
    // xorshift32: G. Marsaglia, "Xorshift RNGs", 2003.
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    bytes[at] = state;
  }
  return bytes;
}

/** A sound source over bytes in memory. */
export const whole: typeof bytesSource = bytesSource;

/** The bytes in chunks of a given length, each in memory of its own. */
export function inChunks(bytes: Uint8Array, length: number): PutSource {
  return chunkSource(bytes.length, true, async function* () {
    for (let at = 0; at < bytes.length; at += length) yield bytes.slice(at, at + length);
  });
}

/** The bytes in chunks that all lie in one buffer, each overwritten by the next one. */
export function inOneBuffer(bytes: Uint8Array, length: number): PutSource {
  const chunks = async function* () {
    const buffer = new Uint8Array(length);
    for (let at = 0; at < bytes.length; at += length) {
      const part = bytes.subarray(at, at + length);
      buffer.set(part);
      yield buffer.subarray(0, part.length);
      buffer.fill(0);
    }
  };
  // Whoever asks for a stream may keep what it reads, so the stream's chunks are copies.
  return { ...inChunks(bytes, length), chunks };
}

/** The bytes as a plain stream: a source without `chunks`. */
export function streamOnly(bytes: Uint8Array): PutSource {
  const { size, replayable, open } = inChunks(bytes, 1000);
  return { size, replayable, open };
}

/** A live source, and how often it was opened; the second time it breaks. */
export function onceOnly(bytes: Uint8Array): { source: PutSource; opened(): number } {
  let opened = 0;
  const source = chunkSource(bytes.length, false, async function* () {
    if (++opened > 1) throw new Error("a source that is not replayable was opened again");
    yield* inChunks(bytes, 1000).chunks?.() ?? [];
  });
  return { source, opened: () => opened };
}

/** Announces some size and gives these bytes. */
export function lying(bytes: Uint8Array, announced: number): PutSource {
  return { ...inChunks(bytes, 64 * 1024), size: announced };
}

/** Gives a number of the bytes, then fails with an error. */
function failing(bytes: Uint8Array, after: number, error: Error): PutSource {
  return chunkSource(bytes.length, false, async function* () {
    yield bytes.slice(0, after);
    throw error;
  });
}

/** Gives half of the bytes, then waits for `gate` before it gives the rest. */
export function gated(bytes: Uint8Array, gate: () => Promise<void>): PutSource {
  const half = bytes.length >> 1;
  return chunkSource(bytes.length, false, async function* () {
    yield bytes.slice(0, half);
    await gate();
    yield bytes.slice(half);
  });
}
