/** Cases: an etag changes when anything touched the object, and at no other time. */
import type { StorageAdapter } from "../adapter.ts";
import { type Bench, type ConformanceCase, defineBoth, defineCase, needs, store } from "./case.ts";
import { expectKeys, expectObject, listed, mismatch, quote } from "./expect.ts";
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

/** An etag changes when anything touched the object, and at no other time. */
export const etagCases: readonly ConformanceCase[] = [
  defineCase("etag stays while nothing touches the object", async (bench) => {
    const { adapter, key } = bench;
    await adapter.put(key("steady"), whole(sample(100)));
    const first = await etagOf(adapter, key("steady"));
    await adapter.put(key("neighbour"), whole(sample(100)));
    for await (const _ of await adapter.get(key("steady")));
    const second = await etagOf(adapter, key("steady"));
    if (first !== second) throw mismatch(`etag ${quote(first ?? "")} again`, `${second}`);
  }),
  defineCase("etag changes with other content of the same size", async (bench) => {
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
  }),
];

/** S3 gives 1,000 keys to a page. */
const MORE_THAN_A_PAGE = 1005;

const noList = needs("list");

async function putAll({ adapter }: Bench, keys: readonly string[]): Promise<void> {
  const queue = keys.values();
  const worker = async () => {
    for (const key of queue) await adapter.put(key, whole(sample(3)));
  };
  const workers = Math.min(adapter.capabilities.maxConcurrency, 16);
  await Promise.all(Array.from({ length: workers }, worker));
}

/** A listing holds every object, each once, and no other. */
export const listingCases: readonly ConformanceCase[] = [
  defineCase("list of nothing gives nothing", async ({ adapter, folder }) => {
    for (const prefix of [folder, `${folder}never/stored`, `${folder}never/`]) {
      expectKeys(`list(${quote(prefix)})`, await listed(adapter, prefix) ?? [], []);
    }
  }, noList),
  defineCase("list goes by the prefix, letter by letter", async (bench) => {
    const { adapter, folder, key } = bench;
    const names = ["abc", "ab/c", "ab/cd/e", "ab-c", "b", "a"];
    for (const name of names) await adapter.put(key(name), whole(sample(3)));
    for (const prefix of ["", "a", "ab", "ab/", "ab/c", "ab/cd/", "abc", "b", "ab/x", "B", "a/"]) {
      const wanted = names.filter((name) => name.startsWith(prefix)).map((name) => folder + name);
      const keys = await listed(adapter, folder + prefix) ?? [];
      expectKeys(`list(${quote(folder + prefix)})`, keys, wanted);
    }
  }, noList),
  defineCase(`list of ${MORE_THAN_A_PAGE} keys gives each once`, async (bench) => {
    const { adapter, folder } = bench;
    const keys = Array.from({ length: MORE_THAN_A_PAGE }, (_, nth) => `${folder}${nth % 7}/${nth}`);
    await putAll(bench, keys);
    expectKeys(`list(${quote(folder)})`, await listed(adapter, folder) ?? [], keys);
    for await (const info of adapter.list?.(folder) ?? []) {
      if (info.size !== 3) throw mismatch(`size 3 of ${quote(info.key)}`, `${info.size}`);
    }
  }, noList),
  defineCase("list may be left before its end", async ({ adapter, key }) => {
    for (const name of ["1", "2", "3"]) await adapter.put(key(name), whole(sample(3)));
    let seen = 0;
    for await (const _ of adapter.list?.(key("")) ?? []) {
      if (++seen === 2) break;
    }
    if (seen !== 2) throw mismatch("two keys to have come", `${seen}`);
  }, noList),
  defineCase("list and stat tell the same", async ({ adapter, folder, key }) => {
    await adapter.put(key("same"), whole(sample(99)));
    for await (const info of adapter.list?.(folder) ?? []) {
      const stat = await adapter.stat(info.key);
      if (info.size !== stat?.size) {
        throw mismatch(`size ${stat?.size} from list()`, `${info.size}`);
      }
      if (info.etag !== undefined && stat.etag !== undefined && info.etag !== stat.etag) {
        throw mismatch(`etag ${quote(stat.etag)} from list()`, quote(info.etag));
      }
    }
  }, noList),
];

/** Names that adapters give to a temporary of `a`, or to what they know of it. */
const NEIGHBOURS = [
  ...["json", "meta", "info", "sha256", "etag", "data", "lock"].map((end) => `a.${end}`),
  ...["tmp", "temp", "part", "partial", "new", "bak"].map((end) => `a.${end}`),
  ...["a~", ".a", "_a", ".a.tmp", ".a.json", ".a.meta", ".a.lock", ".a.swp"],
  ...["tmp/a", ".tmp/a", ".meta/a"],
];

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
export const sidecarCases: readonly ConformanceCase[] = defineBoth(
  "keys that look like a sidecar or temporary",
  async (bench, way) => {
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
  },
);
