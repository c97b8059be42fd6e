/** Cases: odd keys are kept apart, and keys that could escape are refused. */
import { type ConformanceCase, defineBoth, defineCase, needs, store } from "./case.ts";
import {
  expectAbsent,
  expectKeys,
  expectNothingNew,
  expectObject,
  expectRejection,
  listed,
  mismatch,
  quote,
} from "./expect.ts";
import { sample, whole } from "./sources.ts";

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
  "",
  ".",
  "..",
  "/",
  "/absolute",
  "../above",
  "a/../b",
  "a/..",
  "a/./b",
  "./a",
  "a//b",
  "a/",
  "nul\0byte",
  "../../../../../../../../tmp/binimport-escaped",
] as const;

/** Odd keys are kept apart, and keys that could escape are refused. */
export const keyCases: readonly ConformanceCase[] = [
  ...Object.entries(ODD_KEYS).flatMap(([which, names]) =>
    defineBoth(`keys ${which}`, async (bench, way) => {
      const { adapter, folder } = bench;
      for (const [nth, name] of names.entries()) {
        await store(bench, way, folder + name, whole(sample(nth + 1, nth + 1)));
      }
      for (const [nth, name] of names.entries()) {
        await expectObject(adapter, folder + name, sample(nth + 1, nth + 1));
      }
      const keys = await listed(adapter, folder);
      if (keys) expectKeys(`list(${quote(folder)})`, keys, names.map((name) => folder + name));
    })
  ),
  ...defineBoth("keys that are none are refused", async (bench, way) => {
    await expectNothingNew(bench.adapter, async () => {
      for (const key of ESCAPES) {
        const call = () => store(bench, way, key, whole(sample(10)));
        await expectRejection(`${way}(${quote(key)})`, call, "invalid-key");
      }
    });
  }),
  defineCase("keys that are none find and remove nothing", async (bench) => {
    const { adapter, folder, key } = bench;
    await adapter.put(key("victim"), whole(sample(10)));
    const around = [
      `${folder}x/../victim`,
      `${folder}/victim`,
      `/${folder}victim`,
      `./${folder}victim`,
    ];
    for (const escape of [...ESCAPES, ...around]) {
      await expectRejection(`get(${quote(escape)})`, async () => {
        await (await adapter.get(escape)).cancel();
      });
      const info = await adapter.stat(escape).catch(() => undefined);
      if (info) throw mismatch(`nothing from stat(${quote(escape)})`, JSON.stringify(info));
      await adapter.remove?.(escape).catch(() => {});
    }
    await expectObject(adapter, key("victim"), sample(10));
    await expectAbsent(adapter, key("x"));
  }),
  defineCase("publicUrl() leads to the key", ({ adapter, folder }) => {
    for (const name of Object.values(ODD_KEYS).flat()) {
      const key = folder + name;
      const url = adapter.publicUrl?.(key);
      if (url === undefined) continue;
      const path = decodeURIComponent(url.pathname);
      if (!path.endsWith(`/${key}`)) throw mismatch(`a path that ends in ${quote(key)}`, url.href);
      if (url.search || url.hash) throw mismatch("a URL without query and fragment", url.href);
      if (url.username || url.password) throw mismatch("a URL without credentials", url.origin);
    }
  }, needs("publicUrl")),
];
