/** Cases: calls side by side do not disturb each other. */
import type { StorageAdapter } from "../adapter.ts";
import { type ConformanceCase, defineBoth, store } from "./case.ts";
import { expectObject, firstDifference, mismatch } from "./expect.ts";
import { gated, inChunks, sample, whole } from "./sources.ts";

const parallel = defineBoth("as many calls side by side as maxConcurrency", async (bench, way) => {
  const { adapter, key } = bench;
  const calls = Array.from(
    { length: Math.min(adapter.capabilities.maxConcurrency, 16) },
    (_, nth) => ({ key: key(`${nth}`), bytes: sample(50_000 + nth, nth + 1) }),
  );
  await Promise.all(calls.map(({ key, bytes }) => store(bench, way, key, inChunks(bytes, 1000))));
  for (const { key, bytes } of calls) await expectObject(adapter, key, bytes);
});

const notAtomic = ({ capabilities }: StorageAdapter) =>
  capabilities.atomicPut ? undefined : "capabilities.atomicPut is false";

const whileWriting = defineBoth("readers see the old object while a new one comes", async (
  bench,
  way,
) => {
  const { adapter, key } = bench;
  const [old, fresh] = [sample(700_000, 1), sample(3_000_000, 2)];
  await adapter.put(key("replaced"), whole(old));
  let failure: unknown;
  const reading = async () => {
    try {
      await expectObject(adapter, key("replaced"), old);
    } catch (error) {
      failure = error;
    }
  };
  await store(bench, way, key("replaced"), gated(fresh, reading));
  if (failure !== undefined) throw failure;
  await expectObject(adapter, key("replaced"), fresh);
}, notAtomic);

const whileReplacing = defineBoth("readers see the old object or the new one, whole", async (
  bench,
  way,
) => {
  const { adapter, key } = bench;
  const versions = [sample(300_000, 1), sample(700_000, 2)] as const;
  await adapter.put(key("flips"), whole(versions[0]));
  let done = false;
  const reader = async () => {
    while (!done) await expectEither(adapter, key("flips"), versions);
  };
  const writer = async () => {
    try {
      for (let round = 1; round <= 20; round++) {
        await store(bench, way, key("flips"), inChunks(versions[round % 2 ? 1 : 0], 65_536));
      }
    } finally {
      done = true;
    }
  };
  await Promise.all([writer(), reader(), reader()]);
}, notAtomic);

/** Reads once; requires all bytes of one version and none of another. */
async function expectEither(
  adapter: StorageAdapter,
  key: string,
  versions: readonly Uint8Array[],
): Promise<void> {
  const bytes = await new Response(await adapter.get(key)).bytes();
  const known = versions.some((version) =>
    version.length === bytes.length && firstDifference(bytes, version, 0) === undefined
  );
  if (!known) {
    const sizes = versions.map((version) => version.length).join(" or ");
    throw mismatch(
      `a reader to see one version of ${sizes} bytes`,
      `${bytes.length} bytes of another kind`,
      "Write under another name and rename, or declare capabilities.atomicPut false.",
    );
  }
}

/** Calls side by side do not disturb each other. */
export const concurrencyCases: readonly ConformanceCase[] = [
  ...parallel,
  ...whileWriting,
  ...whileReplacing,
];
