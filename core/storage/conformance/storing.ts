/** Cases: what is stored comes back, and what lies or fails is refused. */
import { sha256Of } from "../../util/digest.ts";
import { type ErrorCode, messageOf } from "../../util/errors.ts";
import type { PutOptions, PutSource } from "../adapter.ts";
import { bytesSource, chunkSource } from "../put_source.ts";
import {
  type Bench,
  type ConformanceCase,
  defineBoth,
  defineCase,
  expectUntouched,
} from "./case.ts";
import { expectInfo, expectObject, expectRejection, mismatch, quote } from "./expect.ts";
import { failing, inChunks, inOneBuffer, lying, sample } from "./sources.ts";

const MIB = 1024 * 1024;

/** Around nothing, around a block of tar, and more than a chunk of anything. */
const SIZES = [0, 1, 511, 512, 513, 3 * MIB + 1] as const;

async function roundTrip(
  { key, store, expect }: Bench,
  name: string,
  bytes: Uint8Array,
  source: PutSource = inChunks(bytes, MIB),
) {
  await store(key(name), source);
  await expect(name, bytes);
}

const SHAPES: Readonly<Record<string, (bytes: Uint8Array) => PutSource>> = {
  "a source of chunks of one byte": (bytes) => inChunks(bytes, 1),
  "a source of chunks of 7 bytes": (bytes) => inChunks(bytes, 7),
  "one large chunk": () => inChunks(sample(5 * MIB), 5 * MIB),
  "a source of chunks that share one buffer": (bytes) => inOneBuffer(bytes, 1000),
  "a source without chunks()": (bytes) => {
    const { size, replayable, open } = inChunks(bytes, 1000);
    return { size, replayable, open };
  },
};

/** Small enough for one chunk of any adapter, and larger than that. */
const HOSTILE_SIZES = [100, 2_500_000] as const;

/** Requires a refusal that leaves everything as it was; gives its last error. */
async function expectRefused(
  bench: Bench,
  what: string,
  source: () => PutSource,
  code?: ErrorCode,
  options?: PutOptions,
): Promise<unknown> {
  let error: unknown;
  await expectUntouched(bench, async (key) => {
    const call = () => bench.store(key, source(), options);
    error = await expectRejection(`${bench.way}() of ${what}`, call, code);
  });
  return error;
}

async function expectLieFound(bench: Bench, given: number, announced: number): Promise<void> {
  const what = `a source of ${given} bytes that announced ${announced}`;
  await expectRefused(bench, what, () => lying(sample(given), announced), "integrity");
}

function comesFrom(error: unknown, origin: Error): boolean {
  return error === origin || error instanceof Error && comesFrom(error.cause, origin);
}

export const storingCases: readonly ConformanceCase[] = [
  ...SIZES.flatMap((size) =>
    defineBoth(`round trip of ${size} bytes`, async (bench) => {
      await roundTrip(bench, `size-${size}`, sample(size, size + 1));
    })
  ),
  ...defineBoth(
    "round trip of a part and of one byte less and more",
    async (bench) => {
      const part = bench.context.partSize ?? 0;
      for (const size of [part - 1, part, part + 1]) {
        await roundTrip(bench, `size-${size}`, sample(size, size + 1));
      }
    },
    (_, context) => context.partSize === undefined ? "no partSize was given" : undefined,
  ),
  ...defineBoth("overwrite by more, by less and by nothing", async (bench) => {
    for (const size of [1000, 100_000, 10, 0, 10]) {
      await roundTrip(bench, "overwritten", sample(size, size + 2));
    }
  }),
  ...Object.entries(SHAPES).flatMap(([shape, sourceOf]) =>
    defineBoth(shape, async (bench) => {
      const source = sourceOf(sample(5000));
      await roundTrip(bench, "shape", sample(source.size), source);
    })
  ),
  ...defineBoth("a source that is not replayable is opened once", async (bench) => {
    let opened = 0;
    const source = chunkSource(5000, false, async function* () {
      if (++opened > 1) throw new Error("a source that is not replayable was opened again");
      yield* inChunks(sample(5000), 1000).open();
    });
    await roundTrip(bench, "live", sample(5000), source);
    if (opened !== 1) throw mismatch("the source to be opened once", `${opened} times`);
  }),
  defineCase("put() tells what stat() tells", async ({ adapter, key, put }) => {
    const info = await put("told", sample(100));
    expectInfo("put()", info, key("told"), 100);
    const stat = await adapter.stat(key("told"));
    if (info.etag !== undefined && stat?.etag !== undefined && info.etag !== stat.etag) {
      throw mismatch(
        `the etag of put(), ${quote(info.etag)}, from stat()`,
        quote(stat.etag),
        "If they differ, each object that was just written counts as touched. Leave it out of put().",
      );
    }
  }),
  defineCase("nothing is found under a key without object", async ({ put, expect }) => {
    await expect("never-stored", undefined);
    await put("folder/object", sample(1));
    await expect("folder", undefined);
    await expect("folder/obj", undefined);
  }),
  defineCase("remove, and remove of nothing", async ({ adapter, key, put, expect }) => {
    for (const name of ["gone", "gone2", "gone-folder/kept"]) await put(name, sample(10));
    for (const name of ["gone", "gone", "never-stored"]) await adapter.remove?.(key(name));
    // Where objects lie in folders, a folder is none; whether that is an error is left open.
    await adapter.remove?.(key("gone-folder")).catch(() => {});
    await expect("gone", undefined);
    await expect("gone2", sample(10));
    await expect("gone-folder/kept", sample(10));
  }, "remove"),
  defineCase("keys under .binimport/ hold the core's state", async ({ adapter }) => {
    const key = ".binimport/conformance.json";
    for (const seed of [1, 2]) {
      await adapter.put(key, bytesSource(sample(100, seed)));
      await expectObject(adapter, key, sample(100, seed));
    }
    await adapter.remove?.(key);
  }),
  ...defineBoth("a source that is too short", async (bench) => {
    for (const size of HOSTILE_SIZES) {
      for (const given of [0, 1, size - 1]) await expectLieFound(bench, given, size);
    }
  }),
  ...defineBoth("a source that is too long", async (bench) => {
    for (const size of [0, ...HOSTILE_SIZES]) {
      for (const more of [1, 1_500_000]) await expectLieFound(bench, size + more, size);
    }
  }),
  ...defineBoth("a source that fails in the middle", async (bench) => {
    for (const size of HOSTILE_SIZES) {
      const failure = new Error("the source failed, as it should");
      const source = () => failing(sample(size), size >> 1, failure);
      const error = await expectRefused(bench, "a source that fails in the middle", source);
      if (comesFrom(error, failure)) continue;
      throw mismatch(
        "the source's own error, or one with it as cause",
        messageOf(error),
        "It tells a damaged package from a failing target: pass it on, or keep it as `cause`.",
      );
    }
  }),
  ...defineBoth("bytes that differ from the sha256 given", async (bench) => {
    const wrong = { sha256: sha256Of(new TextEncoder().encode("something else")) };
    for (const size of [0, ...HOSTILE_SIZES]) {
      const [what, bytes] = [`${size} bytes with another sha256`, sample(size)];
      await expectRefused(bench, what, () => bytesSource(bytes), "integrity", wrong);
      await bench.store(bench.key("right"), bytesSource(bytes), { sha256: sha256Of(bytes) });
      await bench.expect("right", bytes);
    }
  }, ({ capabilities }) => {
    if (!capabilities.verifiesSha256) return "capabilities.verifiesSha256 is false";
  }),
];
