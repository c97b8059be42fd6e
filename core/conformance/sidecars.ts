/** Cases: what an adapter keeps beside an object is no object, and is in no other's way. */
import type { StorageAdapter } from "../adapter.ts";
import { type Bench, type ConformanceCase, defineBoth, store } from "./case.ts";
import { expectKeys, expectObject, listed, quote } from "./expect.ts";
import { sample, whole } from "./sources.ts";

/** Names that adapters give to a temporary of `a`, or to what they know of it. */
const NEIGHBOURS = [
  ...["json", "meta", "info", "sha256", "etag", "data", "lock"].map((end) => `a.${end}`),
  ...["tmp", "temp", "part", "partial", "new", "bak"].map((end) => `a.${end}`),
  ...["a~", ".a", "_a", ".a.tmp", ".a.json", ".a.meta", ".a.lock", ".a.swp"],
  ...["tmp/a", ".tmp/a", ".meta/a"],
];

const apart = defineBoth("keys that look like a sidecar or temporary", async (bench, way) => {
  const { context, key } = bench;
  {
    await using adapter = bench.adapter; // closed again: a place may be locked while it is open
    for (const [nth, name] of ["a", ...NEIGHBOURS].entries()) {
      await store(bench, way, key(name), whole(sample(nth + 1, nth + 1)));
    }
    await expectObject(adapter, key("a"), sample(1, 1));
    await store(bench, way, key("a"), whole(sample(500)));
    await expectObject(adapter, key("a"), sample(500));
    await expectNeighbours(bench, adapter);
  }
  await using again = await context.open();
  await again.prepare?.(); // clears what a killed run left, and nothing else
  await again.remove?.(key("a"));
  await expectNeighbours(bench, again);
});

async function expectNeighbours(
  { folder, key }: Bench,
  adapter: StorageAdapter,
): Promise<void> {
  for (const [nth, name] of NEIGHBOURS.entries()) {
    await expectObject(adapter, key(name), sample(nth + 2, nth + 2));
  }
  const keys = (await listed(adapter, folder))?.filter((one) => one !== key("a"));
  if (keys) expectKeys(`list(${quote(folder)})`, keys, NEIGHBOURS.map(key));
}

/** What an adapter keeps beside an object is in no other's way. */
export const sidecarCases: readonly ConformanceCase[] = apart;
