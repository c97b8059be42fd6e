/** Cases: a listing holds every object, each once, and no other. */
import { type Bench, type ConformanceCase, defineCase, needs } from "./case.ts";
import { expectKeys, listed, mismatch, quote } from "./expect.ts";
import { sample, whole } from "./sources.ts";

/** S3 gives 1,000 keys to a page. */
const MORE_THAN_A_PAGE = 1005;

const noList = needs("list");

const empty = defineCase("list of nothing gives nothing", async ({ adapter, folder }) => {
  for (const prefix of [folder, `${folder}never/stored`, `${folder}never/`]) {
    expectKeys(`list(${quote(prefix)})`, await listed(adapter, prefix) ?? [], []);
  }
}, noList);

const prefixes = defineCase("list goes by the prefix, letter by letter", async (bench) => {
  const { adapter, folder, key } = bench;
  const names = ["abc", "ab/c", "ab/cd/e", "ab-c", "b", "a"];
  for (const name of names) await adapter.put(key(name), whole(sample(3)));
  for (const prefix of ["", "a", "ab", "ab/", "ab/c", "ab/cd/", "abc", "b", "ab/x", "B", "a/"]) {
    const wanted = names.filter((name) => name.startsWith(prefix)).map((name) => folder + name);
    const keys = await listed(adapter, folder + prefix) ?? [];
    expectKeys(`list(${quote(folder + prefix)})`, keys, wanted);
  }
}, noList);

const long = defineCase(`list of ${MORE_THAN_A_PAGE} keys gives each once`, async (bench) => {
  const { adapter, folder } = bench;
  const keys = Array.from({ length: MORE_THAN_A_PAGE }, (_, nth) => `${folder}${nth % 7}/${nth}`);
  await putAll(bench, keys);
  expectKeys(`list(${quote(folder)})`, await listed(adapter, folder) ?? [], keys);
  for await (const info of adapter.list?.(folder) ?? []) {
    if (info.size !== 3) throw mismatch(`size 3 of ${quote(info.key)}`, `${info.size}`);
  }
}, noList);

async function putAll({ adapter }: Bench, keys: readonly string[]): Promise<void> {
  const queue = keys.values();
  const worker = async () => {
    for (const key of queue) await adapter.put(key, whole(sample(3)));
  };
  const workers = Math.min(adapter.capabilities.maxConcurrency, 16);
  await Promise.all(Array.from({ length: workers }, worker));
}

const early = defineCase("list may be left before its end", async ({ adapter, key }) => {
  for (const name of ["1", "2", "3"]) await adapter.put(key(name), whole(sample(3)));
  let seen = 0;
  for await (const _ of adapter.list?.(key("")) ?? []) {
    if (++seen === 2) break;
  }
  if (seen !== 2) throw mismatch("two keys to have come", `${seen}`);
}, noList);

const etags = defineCase("list and stat tell the same", async ({ adapter, folder, key }) => {
  await adapter.put(key("same"), whole(sample(99)));
  for await (const info of adapter.list?.(folder) ?? []) {
    const stat = await adapter.stat(info.key);
    if (info.size !== stat?.size) throw mismatch(`size ${stat?.size} from list()`, `${info.size}`);
    if (info.etag !== undefined && stat.etag !== undefined && info.etag !== stat.etag) {
      throw mismatch(`etag ${quote(stat.etag)} from list()`, quote(info.etag));
    }
  }
}, noList);

/** A listing holds every object, each once, and no other. */
export const listingCases: readonly ConformanceCase[] = [empty, prefixes, long, early, etags];
