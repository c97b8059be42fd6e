/** Cases: an aborted call settles soon and leaves nothing. */
import { type Bench, type ConformanceCase, defineBoth, defineCase, store } from "./case.ts";
import {
  expectAbsent,
  expectNothingNew,
  expectObject,
  expectRejection,
  mismatch,
} from "./expect.ts";
import { gated, sample, whole } from "./sources.ts";
import { within } from "../within.ts";

/** Requires that a call settles while its case can still tell what did not. */
function settles<T>({ context }: Bench, what: string, call: Promise<T>): Promise<T> {
  const time = context.settleTime ?? 10_000;
  return within(call, time, () =>
    mismatch(
      `${what} to settle`,
      `nothing for ${time / 1000} s`,
      "Stop waiting for the source once options.signal is aborted.",
    ));
}

const before = defineBoth("a signal that is aborted already", async (bench, way) => {
  const { adapter, key } = bench;
  const old = sample(777, 7);
  await adapter.put(key("old"), whole(old));
  const signal = AbortSignal.abort();
  await expectNothingNew(adapter, async () => {
    for (const name of ["old", "fresh"]) {
      await expectRejection(`${way}() with an aborted signal`, () => {
        const call = store(bench, way, key(name), whole(sample(100)), { signal });
        return settles(bench, `${way}() with an aborted signal`, call);
      });
    }
  });
  await expectObject(adapter, key("old"), old);
  await expectAbsent(adapter, key("fresh"));
});

/** Aborts while the source, having given half of its bytes, gives no more. */
async function abortStalled(bench: Bench, way: "put" | "stage", name: string, size: number) {
  const stalled = Promise.withResolvers<void>();
  const release = Promise.withResolvers<void>();
  const source = gated(sample(size), () => {
    stalled.resolve();
    return release.promise;
  });
  const controller = new AbortController();
  const call = store(bench, way, bench.key(name), source, { signal: controller.signal });
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

const during = defineBoth("an abort while the source stalls", async (bench, way) => {
  const { adapter, key } = bench;
  const old = sample(777, 7);
  await adapter.put(key("old"), whole(old));
  await expectNothingNew(adapter, async () => {
    for (const size of [1000, 2_500_000]) {
      await abortStalled(bench, way, "old", size);
      await abortStalled(bench, way, "fresh", size);
    }
    // Long enough for an adapter that goes on behind its rejection to show.
    await new Promise((resolve) => setTimeout(resolve, 50));
  });
  await expectObject(adapter, key("old"), old);
  await expectAbsent(adapter, key("fresh"));
});

const unaborted = defineCase("a signal that is never aborted changes nothing", async (bench) => {
  const { signal } = new AbortController();
  const { adapter, key } = bench;
  await adapter.put(key("calm"), whole(sample(100)), { signal });
  await adapter.stat(key("calm"), { signal });
  for await (const _ of await adapter.get(key("calm"), { signal }));
  await expectObject(adapter, key("calm"), sample(100));
});

/** An aborted call settles soon and leaves nothing. */
export const abortCases: readonly ConformanceCase[] = [...before, ...during, unaborted];
