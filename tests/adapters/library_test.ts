/** The library as somebody calls it without types: what is wrong is said in words. */
import assert from "node:assert/strict";
import * as library from "../../mod.ts";
import { failsWith } from "../support/fails_with.ts";

// As from JavaScript: the arguments are whatever somebody wrote.
const call = (name: string, ...args: readonly unknown[]): Promise<unknown> =>
  Promise.try(() => Reflect.apply(Object(Reflect.get(library, name)), undefined, args));

const keys = { packageOptions: { stripComponents: null, include: [], exclude: [] } };
const fetch = () => Promise.reject(new Error("nothing is fetched"));
const stdin = () => ReadableStream.from([]);

const wrong: readonly [call: readonly [string, ...unknown[]], message: RegExp, hint: RegExp][] = [
  [["openAdapter", "nginxfs"], /^Cannot open "nginxfs": no such adapter$/, /^There are nginx-fs,/],
  [["openAdapter", 7], /^Cannot open an adapter: it is no AdapterFactory$/, /give a file/],
  [
    ["openAdapter", "minio", { buckt: "b" }],
    /^Cannot open minio: there is no option "buckt"$/,
    /^Did you mean bucket\?/,
  ],
  [["findPackages", "./release", { stdin }], /locations is no array of texts$/, /\["/],
  [
    ["findPackages", ["./release"], { stdin, retrys: 1 }],
    /^Cannot find packages: there is no option "retrys"$/,
    /^Did you mean retries\?/,
  ],
  [
    ["importPackages", ["a.tar"], [], { ...keys, fetch }],
    /packages is no array of packages$/,
    /find/,
  ],
  [["importPackages", [], {}, { ...keys, fetch }], /adapters is no array of adapters$/, /openAd/],
  [["importPackages", [], [], keys], /options\.fetch is missing$/, /httpFetch/],
  [["importPackages", [], [], { fetch }], /options\.packageOptions is missing$/, /stripComponents/],
  [["importPackages", [], []], /options\.fetch is missing$/, /httpFetch/],
  [
    ["importPackages", [], [], { ...keys, fetch, dryrun: true }],
    /^Cannot import: there is no option "dryrun"$/,
    /^Did you mean dryRun\?/,
  ],
  [
    ["httpFetch", { insecur: true }],
    /^Cannot make a fetcher: there is no option "insecur"$/,
    /^Did you mean insecure\?/,
  ],
  [
    ["verifyFiles", {}, [], { mode: "url", fetch, singal: undefined }, () => {}],
    /^Cannot verify files: there is no option "singal"$/,
    /^Did you mean signal\?/,
  ],
  [
    ["plainHost", { wran: () => {} }],
    /^Cannot make a host: there is no option "wran"$/,
    /^Did you mean warn\?/,
  ],
];

for (const [[name, ...args], message, hint] of wrong) {
  Deno.test(`library: ${name} says: ${message.source}`, async () => {
    const error = await failsWith("usage", message, call(name, ...args));
    assert.match(error.hint ?? "", hint);
  });
}
