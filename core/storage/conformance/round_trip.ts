/** Cases: what is stored comes back. */
import { type Bench, type ConformanceCase, defineBoth, defineCase, needs, store } from "./case.ts";
import { expectAbsent, expectInfo, expectObject, mismatch, quote } from "./expect.ts";
import { inChunks, inOneBuffer, onceOnly, sample, streamOnly, whole } from "./sources.ts";

const MIB = 1024 * 1024;

/** Around nothing, around a block of tar, and more than a chunk of anything. */
const SIZES = [0, 1, 511, 512, 513, 3 * MIB + 1] as const;

async function roundTrip(bench: Bench, way: "put" | "stage", size: number): Promise<void> {
  const key = bench.key(`size-${size}`);
  const bytes = sample(size, size + 1);
  await store(bench, way, key, inChunks(bytes, MIB));
  await expectObject(bench.adapter, key, bytes);
}

const SHAPES = {
  "chunks of one byte": (bytes: Uint8Array) => inChunks(bytes, 1),
  "chunks of 7 bytes": (bytes: Uint8Array) => inChunks(bytes, 7),
  "one large chunk": (bytes: Uint8Array) => inChunks(bytes, bytes.length),
  "chunks that share one buffer": (bytes: Uint8Array) => inOneBuffer(bytes, 1000),
  "a source without chunks()": streamOnly,
} as const;

/** What is stored comes back, whatever its size and however it arrives. */
export const roundTripCases: readonly ConformanceCase[] = [
  ...SIZES.flatMap((size) =>
    defineBoth(`round trip of ${size} bytes`, async (bench, way) => {
      await roundTrip(bench, way, size);
    })
  ),
  ...defineBoth(
    "round trip of a part and of one byte less and more",
    async (bench, way) => {
      const part = bench.context.partSize ?? 0;
      for (const size of [part - 1, part, part + 1]) await roundTrip(bench, way, size);
    },
    (_, context) => context.partSize === undefined ? "no partSize was given" : undefined,
  ),
  ...defineBoth("overwrite by more, by less and by nothing", async (bench, way) => {
    const key = bench.key("overwritten");
    for (const size of [1000, 100_000, 10, 0, 10]) {
      const bytes = sample(size, size + 2);
      await store(bench, way, key, whole(bytes));
      await expectObject(bench.adapter, key, bytes);
    }
  }),
  ...Object.entries(SHAPES).flatMap(([shape, sourceOf]) =>
    defineBoth(`a source of ${shape}`.replace("a source of a", "a"), async (bench, way) => {
      const bytes = sample(shape === "one large chunk" ? 5 * MIB : 5000, 3);
      await store(bench, way, bench.key("shape"), sourceOf(bytes));
      await expectObject(bench.adapter, bench.key("shape"), bytes);
    })
  ),
  ...defineBoth("a source that is not replayable is opened once", async (bench, way) => {
    const bytes = sample(5000, 4);
    const { source, opened } = onceOnly(bytes);
    await store(bench, way, bench.key("live"), source);
    if (opened() !== 1) throw mismatch("the source to be opened once", `${opened()} times`);
    await expectObject(bench.adapter, bench.key("live"), bytes);
  }),
  defineCase("put() tells what stat() tells", async ({ adapter, key }) => {
    const info = await adapter.put(key("told"), whole(sample(100)));
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
  defineCase("nothing is found under a key without object", async (bench) => {
    await expectAbsent(bench.adapter, bench.key("never-stored"));
    await bench.adapter.put(bench.key("folder/object"), whole(sample(1)));
    await expectAbsent(bench.adapter, bench.key("folder"));
    await expectAbsent(bench.adapter, bench.key("folder/obj"));
  }),
  defineCase("remove, and remove of nothing", async ({ adapter, key }) => {
    for (const name of ["gone", "gone2", "gone-folder/kept"]) {
      await adapter.put(key(name), whole(sample(10)));
    }
    await adapter.remove?.(key("gone"));
    await adapter.remove?.(key("gone"));
    await adapter.remove?.(key("never-stored"));
    // Where objects lie in folders, a folder is none; whether that is an error is left open.
    await adapter.remove?.(key("gone-folder")).catch(() => {});
    await expectAbsent(adapter, key("gone"));
    await expectObject(adapter, key("gone2"), sample(10));
    await expectObject(adapter, key("gone-folder/kept"), sample(10));
  }, needs("remove")),
  defineCase("keys under .binimport/ hold the core's state", async ({ adapter }) => {
    const key = ".binimport/conformance.json";
    for (const seed of [1, 2]) {
      await adapter.put(key, whole(sample(100, seed)));
      await expectObject(adapter, key, sample(100, seed));
    }
    await adapter.remove?.(key);
  }),
];
