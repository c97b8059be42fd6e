/** Adapters that mix up keys. */
import assert from "node:assert/strict";
import { runConformance } from "../../../core/storage/conformance/mod.ts";
import { chunksOf } from "../../../core/storage/put_source.ts";
import { collect } from "../../support/chunks.ts";
import { contextOf, type Defect, expectFound, none } from "../../support/defects.ts";

/** As many an adapter does: what it knows of an object lies beside it, and is not listed. */
const keepsSidecars: Defect = {
  changes: (objects) => ({
    put: (put) => async (key, source, options) => {
      const info = await put(key, source, options);
      const bytes = new TextEncoder().encode(JSON.stringify(info));
      objects.set(`${key}.json`, { bytes, etag: "sidecar" });
      return info;
    },
    remove: (remove) => async (key) => {
      await remove(key);
      objects.delete(`${key}.json`);
    },
    list: (list) =>
      async function* (prefix) {
        for await (const info of list(prefix)) if (info.etag !== "sidecar") yield info;
      },
  }),
  caseName: "put: keys that look like a sidecar or temporary",
  reason: /^expected size 2 from stat\(".*\/a\.json"\), got \d+$/,
};

Deno.test("an adapter that keeps sidecars beside objects is found by that case alone", async () => {
  const results = await Array.fromAsync(runConformance(contextOf(keepsSidecars)));
  const failed = results.filter(({ outcome }) => outcome === "failed").map(({ name }) => name);
  const { caseName } = keepsSidecars;
  assert.deepEqual(failed, [caseName, caseName.replace("put", "stage")]);
});

expectFound({
  "keeps sidecars beside objects": keepsSidecars,
  "has temporaries beside objects": {
    changes: (objects) => ({
      put: (put) => async (key, source, options) => {
        const info = await put(key, source, options);
        objects.delete(`${key}.tmp`);
        return info;
      },
    }),
    caseName: "put: keys that look like a sidecar or temporary",
    reason: /^expected stat\(".*\/a\.tmp"\) to find an object, got undefined$/,
  },
  "folds case": {
    changes: () => ({
      put: (put) => async (key, source) => ({ ...await put(key.toLowerCase(), source), key }),
      stat: (stat) => async (key) => {
        const info = await stat(key.toLowerCase());
        return info && { ...info, key };
      },
      get: (get) => (key) => get(key.toLowerCase()),
    }),
    caseName: "put: keys that differ in case only",
    reason: /^expected size 1 from stat\(".*\/Case"\), got 2$/,
  },
  "normalises unicode": {
    changes: () => ({ put: (put) => (key, source) => put(key.normalize("NFC"), source) }),
    caseName: "put: keys in unicode, composed and not",
    reason: /^expected/,
  },
  "decodes per cent signs": {
    changes: () => ({
      put: (put) => (key, source) => put(key.replaceAll("%2F", "/"), source),
    }),
    caseName: "put: keys with per cent signs",
    reason: /^expected stat\(".*a%2Fb"\) to find an object, got undefined$/,
  },
  "takes a plus for a space": {
    changes: () => ({ put: (put) => (key, source) => put(key.replaceAll("+", " "), source) }),
    caseName: "put: keys with plus signs",
    reason: /^expected/,
  },
  "takes any key": {
    changes: (objects) => ({
      put: () => async (key, source) => {
        objects.set(key, { bytes: await collect(chunksOf(source)), etag: "x" });
        return { key, size: source.size };
      },
    }),
    caseName: "put: keys that are none are refused",
    reason: /^expected put\(.*\) to reject with code "invalid-key", got success$/,
  },
  "removes through dots": {
    changes: () => ({
      remove: (remove) => (key) => remove(new URL(key, "http://x/").pathname.slice(1)),
    }),
    caseName: "keys that are none find and remove nothing",
    reason: /^expected stat\(".*victim"\) to find an object, got undefined$/,
  },
  "removes a folder with all that is in it": {
    changes: (objects) => ({
      remove: () => (key) => {
        for (const other of [...objects.keys()]) {
          if (other === key || other.startsWith(`${key}/`)) objects.delete(other);
        }
        return Promise.resolve();
      },
    }),
    caseName: "remove, and remove of nothing",
    reason: /^expected stat\(".*gone-folder\/kept"\) to find an object, got undefined$/,
  },
  "lists one page": {
    changes: () => ({
      list: (list) =>
        async function* (prefix) {
          let left = 1000;
          for await (const info of list(prefix)) if (left-- > 0) yield info;
        },
    }),
    caseName: "list of 1005 keys gives each once",
    reason: /^expected list\(".*"\) to give ".*, got .* and 995 more$/,
  },
  "lists by folder": {
    changes: () => ({
      list: (list) => (prefix) =>
        list(prefix === "" || prefix.endsWith("/") ? prefix : `${prefix}/`),
    }),
    caseName: "list goes by the prefix, letter by letter",
    reason: /^expected list\(".*\/a"\) to give ".*abc", .*, got none$/,
  },
  "lists as open what stat() tells to be closed": {
    changes: () => ({
      stat: (stat) => async (key) => {
        const info = await stat(key);
        return info && { ...info, isClosed: true };
      },
    }),
    caseName: "list and stat tell the same",
    reason: /^expected isClosed true from list\(\), got undefined$/,
  },
  "lists keys without the prefix": {
    changes: () => ({
      list: (list) =>
        async function* (prefix) {
          for await (const info of list(prefix)) {
            yield {
              ...info,
              key: info.key.slice(prefix.length),
            };
          }
        },
    }),
    caseName: "list goes by the prefix, letter by letter",
    reason: /^expected list\(".*"\) to give ".*abc"/,
  },
  "gives URLs that are not encoded": {
    changes: none,
    adapter: (inner) => ({ ...inner, publicUrl: (key) => new URL(`http://host/${key}`) }),
    caseName: "publicUrl() leads to the key",
    reason: /^expected a path that ends in/,
  },
});
