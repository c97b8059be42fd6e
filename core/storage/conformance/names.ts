/** Cases: keys are kept apart and listed, those that could escape are refused, etags tell of changes. */
import type { StorageAdapter } from "../adapter.ts";
import { concurrently } from "../../util/concurrency.ts";
import { bytesSource } from "../put_source.ts";
import { type ConformanceCase, defineBoth, defineCase } from "./case.ts";
import {
  expectListed,
  expectNothingNew,
  expectObject,
  expectRejection,
  mismatch,
  quote,
} from "./expect.ts";
import { sample } from "./sources.ts";

/** What packages hold: `wget -x` names files after URLs. Neighbours differ in one respect only. */
const ODD_KEYS = {
  "with spaces": ["a b", " a b", "a b ", "a  b", "a+b", "a%20b"],
  "in unicode, composed and not": ["caf\u00e9", "cafe\u0301", "日本/語", "😀", "ÿ"],
  "with per cent signs": ["100%", "a%2Fb", "a%2fb", "a/b", "%", "%%", "%zz", "%00", "%2e%2e"],
  "with plus signs": ["c++", "c%2B%2B", "c  "],
  "with marks of a URL": ["q?a=1&b=2", "q", "h#x", "h", "s;v=1", "m@1.2", "t~1", "x=y", "(z)!*'"],
  "with a host and its port": ["host:8080/x", "host/x", "[::1]:80/x", "C:x"],
  "with quotes and brackets": ["'", '"', "`", "<a>", "{b}", "$c", "^", "|", ",", "&amp;"],
  "that begin with a dash or dots": ["-rf", "--", "..foo", "...", ".hidden", "a..", "~"],
  "with control characters": ["new\nline", "tab\t", "bell\u0007", "\u007f"],
  "that differ in case only": ["Case", "case", "CASE/x", "Folder", "folder/x"],
  "with a component of 255 bytes": ["n".repeat(255), "é".repeat(127) + "n", `${"d".repeat(255)}/x`],
  "in deep folders": [`${"d/".repeat(60)}x`, `${"deep/".repeat(100)}x`],
} as const;

const ESCAPES = [
  ...["", ".", "..", "/", "/absolute", "a//b", "a/", "nul\0byte"],
  ...["../above", "a/../b", "a/..", "a/./b", "./a"],
  "../../../../../../../../tmp/binimport-escaped",
];

/** S3 gives 1,000 keys to a page. */
const MORE_THAN_A_PAGE = 1005;

/** Names that adapters give to a temporary of `a`, or to what they know of it. */
const NEIGHBOURS = [
  ...["json", "meta", "info", "sha256", "etag", "data", "lock"].map((end) => `a.${end}`),
  ...["tmp", "temp", "part", "partial", "new", "bak"].map((end) => `a.${end}`),
  ...["a~", ".a", "_a", ".a.tmp", ".a.json", ".a.meta", ".a.lock", ".a.swp"],
  ...["tmp/a", ".tmp/a", ".meta/a"],
];

/** The etag of an object; where clocks count whole seconds, a new object has one a second later. */
async function etagOf(adapter: StorageAdapter, key: string): Promise<string | undefined> {
  const info = await adapter.stat(key);
  if (info?.etag !== undefined) return info.etag;
  await new Promise((resolve) => setTimeout(resolve, 1100));
  return (await adapter.stat(key))?.etag;
}

export const nameCases: readonly ConformanceCase[] = [
  ...Object.entries(ODD_KEYS).flatMap(([which, names]) =>
    defineBoth(`keys ${which}`, async ({ adapter, folder, key, store, expect }) => {
      for (const [nth, name] of names.entries()) {
        await store(key(name), bytesSource(sample(nth + 1, nth + 1)));
      }
      for (const [nth, name] of names.entries()) await expect(name, sample(nth + 1, nth + 1));
      await expectListed(adapter, folder, names.map(key));
    })
  ),
  ...defineBoth("keys that are none are refused", async ({ adapter, way, store }) => {
    await expectNothingNew(adapter, async () => {
      for (const key of ESCAPES) {
        const call = () => store(key, bytesSource(sample(10)));
        await expectRejection(`${way}(${quote(key)})`, call, "invalid-key");
      }
    });
  }),
  defineCase("keys that are none find and remove nothing", async (bench) => {
    const { adapter, folder, put, expect } = bench;
    await put("victim", sample(10));
    const around = [`${folder}x/../`, `${folder}/`, `/${folder}`, `./${folder}`];
    for (const escape of [...ESCAPES, ...around.map((one) => `${one}victim`)]) {
      await expectRejection(`get(${quote(escape)})`, async () => {
        await (await adapter.get(escape)).cancel();
      });
      const info = await adapter.stat(escape).catch(() => undefined);
      if (info) throw mismatch(`nothing from stat(${quote(escape)})`, JSON.stringify(info));
      await adapter.remove?.(escape).catch(() => {});
    }
    await expect("victim", sample(10));
    await expect("x", undefined);
  }),
  defineCase("publicUrl() leads to the key", ({ adapter, key }) => {
    for (const wanted of Object.values(ODD_KEYS).flat().map(key)) {
      const url = adapter.publicUrl?.(wanted);
      if (url === undefined) continue;
      const path = decodeURIComponent(url.pathname);
      if (!path.endsWith(`/${wanted}`)) {
        throw mismatch(`a path that ends in ${quote(wanted)}`, url.href);
      }
      if (url.search || url.hash) throw mismatch("a URL without query and fragment", url.href);
      if (url.username || url.password) throw mismatch("a URL without credentials", url.origin);
    }
  }, "publicUrl"),
  ...defineBoth("keys that look like a sidecar or temporary", async (bench) => {
    const { adapter, context, folder, key, store, expect } = bench;
    const expectNeighbours = async (adapter: StorageAdapter, others: readonly string[]) => {
      for (const [nth, name] of NEIGHBOURS.entries()) {
        await expectObject(adapter, key(name), sample(nth + 2));
      }
      await expectListed(adapter, folder, [...others, ...NEIGHBOURS].map(key));
    };
    {
      await using open = adapter; // closed again: a place may be locked while it is open
      for (const [nth, name] of ["a", ...NEIGHBOURS].entries()) {
        await store(key(name), bytesSource(sample(nth + 1)));
      }
      await expect("a", sample(1));
      await store(key("a"), bytesSource(sample(500)));
      await expect("a", sample(500));
      await expectNeighbours(open, ["a"]);
    }
    await using again = await context.open();
    await again.prepare?.(); // clears what a killed run left, and nothing else
    await again.remove?.(key("a"));
    await expectNeighbours(again, again.remove ? [] : ["a"]);
  }),
  defineCase("list of nothing gives nothing", async ({ adapter, folder }) => {
    for (const prefix of [folder, `${folder}never/stored`, `${folder}never/`]) {
      await expectListed(adapter, prefix, []);
    }
  }, "list"),
  defineCase("list goes by the prefix, letter by letter", async ({ adapter, key, put }) => {
    const names = ["abc", "ab/c", "ab/cd/e", "ab-c", "b", "a"];
    for (const name of names) await put(name, sample(3));
    for (const prefix of ["", "a", "ab", "ab/", "ab/c", "ab/cd/", "abc", "b", "ab/x", "B", "a/"]) {
      const wanted = names.filter((name) => name.startsWith(prefix)).map(key);
      await expectListed(adapter, key(prefix), wanted);
    }
  }, "list"),
  defineCase("list may be left before its end", async ({ adapter, folder, put }) => {
    for (const name of ["1", "2", "3"]) await put(name, sample(3));
    let seen = 0;
    for await (const _ of adapter.list?.(folder) ?? []) if (++seen === 2) break;
    if (seen !== 2) throw mismatch("two keys to have come", `${seen}`);
  }, "list"),
  defineCase("list and stat tell the same", async ({ adapter, folder, put }) => {
    await put("same", sample(99));
    for await (const info of adapter.list?.(folder) ?? []) {
      const stat = await adapter.stat(info.key);
      if (info.size !== stat?.size) {
        throw mismatch(`size ${stat?.size} from list()`, `${info.size}`);
      }
      if (info.etag !== undefined && stat.etag !== undefined && info.etag !== stat.etag) {
        throw mismatch(`etag ${quote(stat.etag)} from list()`, quote(info.etag));
      }
      if (info.isClosed !== stat.isClosed) {
        throw mismatch(`isClosed ${stat.isClosed} from list()`, `${info.isClosed}`);
      }
    }
  }, "list"),
  defineCase("etag stays while nothing touches the object", async ({ adapter, key, put }) => {
    await put("steady", sample(100));
    const first = await etagOf(adapter, key("steady"));
    await put("neighbour", sample(100));
    for await (const _ of await adapter.get(key("steady")));
    const second = await etagOf(adapter, key("steady"));
    if (first !== second) throw mismatch(`etag ${quote(first ?? "")} again`, `${second}`);
  }),
  defineCase("etag changes with other content of the same size", async (bench) => {
    const { adapter, key, put } = bench;
    await put("changing", sample(100, 1));
    const first = await etagOf(adapter, key("changing"));
    await put("changing", sample(100, 2));
    if (first === undefined || first !== await etagOf(adapter, key("changing"))) return;
    throw mismatch(
      "another etag for other content",
      `${quote(first)} again`,
      "An object with a known etag is not read again. Leave the etag out if it cannot tell.",
    );
  }),
];

/** Behind cases that list the whole place: it is never emptied. */
export const crowdCases: readonly ConformanceCase[] = [
  defineCase(`list of ${MORE_THAN_A_PAGE} keys gives each once`, async (bench) => {
    const { adapter, folder, key, put } = bench;
    const names = Array.from({ length: MORE_THAN_A_PAGE }, (_, nth) => `${nth % 7}/${nth}`);
    await concurrently(names, Math.min(adapter.capabilities.maxConcurrency, 16), async (name) => {
      await put(name, sample(3));
    });
    await expectListed(adapter, folder, names.map(key));
    for await (const info of adapter.list?.(folder) ?? []) {
      if (info.size !== 3) throw mismatch(`size 3 of ${quote(info.key)}`, `${info.size}`);
    }
  }, "list"),
];
