/** Cases: an etag changes when anything touched the object, and at no other time. */
import type { StorageAdapter } from "../adapter.ts";
import { type ConformanceCase, defineCase } from "./case.ts";
import { mismatch, quote } from "./expect.ts";
import { sample, whole } from "./sources.ts";

/**
 * The etag of an object. A place whose clock counts whole seconds gives none for an object that
 * was stored in this second, so it is asked again a second later.
 */
async function etagOf(adapter: StorageAdapter, key: string): Promise<string | undefined> {
  const info = await adapter.stat(key);
  if (info?.etag !== undefined) return info.etag;
  await new Promise((resolve) => setTimeout(resolve, 1100));
  return (await adapter.stat(key))?.etag;
}

const steady = defineCase("etag stays while nothing touches the object", async (bench) => {
  const { adapter, key } = bench;
  await adapter.put(key("steady"), whole(sample(100)));
  const first = await etagOf(adapter, key("steady"));
  await adapter.put(key("neighbour"), whole(sample(100)));
  for await (const _ of await adapter.get(key("steady")));
  const second = await etagOf(adapter, key("steady"));
  if (first !== second) throw mismatch(`etag ${quote(first ?? "")} again`, `${second}`);
});

const changing = defineCase("etag changes with other content of the same size", async (bench) => {
  const { adapter, key } = bench;
  const seen = new Set<string>();
  for (const seed of [1, 2]) {
    await adapter.put(key("changing"), whole(sample(100, seed)));
    const etag = await etagOf(adapter, key("changing"));
    if (etag === undefined) continue;
    if (seen.has(etag)) {
      throw mismatch(
        "another etag for other content",
        `${quote(etag)} again`,
        "An object with a known etag is not read again. Leave the etag out if it cannot tell.",
      );
    }
    seen.add(etag);
  }
});

/** An etag changes when anything touched the object, and at no other time. */
export const etagCases: readonly ConformanceCase[] = [steady, changing];
