/** Cases: calls side by side do not disturb each other, and an aborted one settles soon. */
import { fairClock, within } from "../../util/retry.ts";
import type { StorageAdapter } from "../adapter.ts";
import {
  type Bench,
  type ConformanceCase,
  defineBoth,
  defineCase,
  expectUntouched,
  store,
  type Way,
} from "./case.ts";
import { expectObject, expectRejection, firstDifference, mismatch } from "./expect.ts";
import { gated, inChunks, sample, whole } from "./sources.ts";

/** Requires that a call settles while its case can still tell what did not. */
function settles<T>({ context }: Bench, what: string, call: Promise<T>): Promise<T> {
  const time = context.settleTime ?? 10_000;
  const late = () =>
    mismatch(
      `${what} to settle`,
      `nothing for ${time / 1000} s`,
      "Stop waiting for the source once options.signal is aborted.",
    );
  return within(call, time, late, fairClock());
}

/** Aborts while the source, having given half of its bytes, gives no more. */
async function abortStalled(bench: Bench, way: Way, key: string, size: number) {
  const stalled = Promise.withResolvers<void>();
  const release = Promise.withResolvers<void>();
  const source = gated(sample(size), () => {
    stalled.resolve();
    return release.promise;
  });
  const controller = new AbortController();
  const call = store(bench, way, key, source, { signal: controller.signal });
  try {
    await expectRejection(`${way}() aborted in the middle`, async () => {
      await Promise.race([settles(bench, `${way}() of a source`, stalled.promise), call]);
      controller.abort();
      await settles(bench, `${way}() aborted while its source stalls`, call);
    });
  } finally {
    release.resolve();
    call.catch(() => {});
  }
}

/** An aborted call settles soon and leaves nothing. */
export const abortCases: readonly ConformanceCase[] = [
  ...defineBoth("a signal that is aborted already", async (bench, way) => {
    const signal = AbortSignal.abort();
    const what = `${way}() with an aborted signal`;
    await expectUntouched(bench, async (key) => {
      const call = () =>
        settles(bench, what, store(bench, way, key, whole(sample(100)), { signal }));
      await expectRejection(what, call);
    });
  }),
  ...defineBoth("an abort while the source stalls", async (bench, way) => {
    await expectUntouched(bench, async (key) => {
      for (const size of [1000, 2_500_000]) await abortStalled(bench, way, key, size);
      // Long enough for an adapter that goes on behind its rejection to show.
      await new Promise((resolve) => setTimeout(resolve, 50));
    });
  }),
  defineCase("a signal that is never aborted changes nothing", async (bench) => {
    const { signal } = new AbortController();
    const { adapter, key } = bench;
    await adapter.put(key("calm"), whole(sample(100)), { signal });
    await adapter.stat(key("calm"), { signal });
    for await (const _ of await adapter.get(key("calm"), { signal }));
    await expectObject(adapter, key("calm"), sample(100));
  }),
];

const notAtomic = ({ capabilities }: StorageAdapter) =>
  capabilities.atomicPut ? undefined : "capabilities.atomicPut is false";

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
  ...defineBoth("as many calls side by side as maxConcurrency", async (bench, way) => {
    const { adapter, key } = bench;
    const calls = Array.from(
      { length: Math.min(adapter.capabilities.maxConcurrency, 16) },
      (_, nth) => ({ key: key(`${nth}`), bytes: sample(50_000 + nth, nth + 1) }),
    );
    await Promise.all(calls.map(({ key, bytes }) => store(bench, way, key, inChunks(bytes, 1000))));
    for (const { key, bytes } of calls) await expectObject(adapter, key, bytes);
  }),
  ...defineBoth("readers see the old object while a new one comes", async (
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
  }, notAtomic),
  ...defineBoth("readers see the old object or the new one, whole", async (
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
  }, notAtomic),
];
