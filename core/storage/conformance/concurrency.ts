/** Cases: calls side by side do not disturb each other, and an aborted one settles soon. */
import { fairClock, sleep, within } from "../../util/retry.ts";
import type { StorageAdapter } from "../adapter.ts";
import { bytesSource } from "../put_source.ts";
import {
  type Bench,
  type ConformanceCase,
  defineBoth,
  defineCase,
  expectUntouched,
} from "./case.ts";
import { expectObject, expectRejection, firstDifference, mismatch } from "./expect.ts";
import { gated, inChunks, sample } from "./sources.ts";

/** Requires that a call settles while its case can still tell what did not. */
function settles<T>({ context }: Bench, what: string, call: Promise<T>): Promise<T> {
  const { settleTime = 10_000 } = context;
  const hint = "Stop waiting for the source once options.signal is aborted.";
  const late = () => mismatch(`${what} to settle`, `nothing for ${settleTime / 1000} s`, hint);
  return within(call, settleTime, late, fairClock());
}

/** Aborts while the source, having given half of its bytes, gives no more. */
async function abortStalled(bench: Bench, key: string, size: number): Promise<void> {
  const { way, store } = bench;
  const stalled = Promise.withResolvers<void>();
  const release = Promise.withResolvers<void>();
  const source = gated(sample(size), () => {
    stalled.resolve();
    return release.promise;
  });
  const controller = new AbortController();
  const call = store(key, source, { signal: controller.signal });
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

const notAtomic = ({ capabilities }: StorageAdapter) =>
  capabilities.atomicPut ? undefined : "capabilities.atomicPut is false";

/** Reads once; requires all bytes of one version and none of another. */
async function expectEither(
  adapter: StorageAdapter,
  key: string,
  versions: readonly Uint8Array[],
): Promise<void> {
  const bytes = await new Response(await adapter.get(key)).bytes();
  const isKnown = versions.some((version) =>
    version.length === bytes.length && firstDifference(bytes, version, 0) === undefined
  );
  if (isKnown) return;
  throw mismatch(
    `a reader to see one version of ${versions.map(({ length }) => length).join(" or ")} bytes`,
    `${bytes.length} bytes of another kind`,
    "Write under another name and rename, or declare capabilities.atomicPut false.",
  );
}

export const concurrencyCases: readonly ConformanceCase[] = [
  ...defineBoth("as many calls side by side as maxConcurrency", async (bench) => {
    const { adapter, key, store, expect } = bench;
    const length = Math.min(adapter.capabilities.maxConcurrency, 16);
    const all = Array.from({ length }, (_, nth) => sample(50_000 + nth, nth + 1));
    await Promise.all(all.map((bytes, nth) => store(key(`${nth}`), inChunks(bytes, 1000))));
    for (const [nth, bytes] of all.entries()) await expect(`${nth}`, bytes);
  }),
  ...defineBoth("readers see the old object while a new one comes", async (bench) => {
    const { adapter, key, put, store, expect } = bench;
    const [old, fresh] = [sample(700_000, 1), sample(3_000_000, 2)];
    await put("replaced", old);
    let reading: Promise<void> | undefined;
    const read = async () => {
      reading = expectObject(adapter, key("replaced"), old);
      await reading.catch(() => {}); // the source must not be what fails
    };
    await store(key("replaced"), gated(fresh, read));
    await reading;
    await expect("replaced", fresh);
  }, notAtomic),
  ...defineBoth("readers see the old object or the new one, whole", async (bench) => {
    const { adapter, key, put, store } = bench;
    const [old, fresh] = [sample(300_000, 1), sample(700_000, 2)] as const;
    await put("flips", old);
    let done = false;
    const reader = async () => {
      while (!done) await expectEither(adapter, key("flips"), [old, fresh]);
    };
    const writer = async () => {
      try {
        for (let round = 1; round <= 20; round++) {
          await store(key("flips"), inChunks(round % 2 ? fresh : old, 65_536));
        }
      } finally {
        done = true;
      }
    };
    await Promise.all([writer(), reader(), reader()]);
  }, notAtomic),
  ...defineBoth("a signal that is aborted already", async (bench) => {
    const signal = AbortSignal.abort();
    const what = `${bench.way}() with an aborted signal`;
    await expectUntouched(bench, async (key) => {
      const store = () => bench.store(key, bytesSource(sample(100)), { signal });
      await expectRejection(what, () => settles(bench, what, store()));
    });
  }),
  ...defineBoth("an abort while the source stalls", async (bench) => {
    await expectUntouched(bench, async (key) => {
      for (const size of [1000, 2_500_000]) await abortStalled(bench, key, size);
      await sleep(50); // long enough for an adapter that goes on behind its rejection to show
    });
  }),
  defineCase("a signal that is never aborted changes nothing", async ({ adapter, key, expect }) => {
    const { signal } = new AbortController();
    await adapter.put(key("calm"), bytesSource(sample(100)), { signal });
    await adapter.stat(key("calm"), { signal });
    for await (const _ of await adapter.get(key("calm"), { signal }));
    await expect("calm", sample(100));
  }),
];
