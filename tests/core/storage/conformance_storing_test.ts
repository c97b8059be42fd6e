/** Adapters that give back something else than they were given. */
import { chunksOf } from "../../../core/storage/put_source.ts";
import { BinimportError } from "../../../core/util/errors.ts";
import { allOf, expectFound, none } from "../../support/defects.ts";

expectFound({
  "gives null where there is nothing": {
    changes: none,
    adapter: (inner) =>
      Object.assign({ ...inner }, { stat: async (key: string) => await inner.stat(key) ?? null }),
    caseName: "nothing is found under a key without object",
    reason: /^expected stat\(".*never-stored"\) to give undefined, got null$/,
  },
  "lies about the size": {
    changes: () => ({
      stat: (stat) => async (key) => {
        const info = await stat(key);
        return info && { ...info, size: info.size + 1 };
      },
    }),
    caseName: "put: round trip of 512 bytes",
    reason: /^expected size 512 from stat\(".*size-512"\), got 513$/,
  },
  "stores a moment later": {
    changes: () => ({
      put: (put) => async (key, source) => {
        const held = await allOf(source);
        setTimeout(() => put(key, held), 1);
        return { key, size: source.size };
      },
    }),
    caseName: "put: round trip of 1 bytes",
    reason: /^expected stat\(".*"\) to find an object, got undefined$/,
  },
  "has a defect of its own": {
    changes: () => ({
      stat: () => () => {
        throw new TypeError("info.size of undefined");
      },
    }),
    caseName: "put: round trip of 0 bytes",
    reason: /^info.size of undefined \(at .*_test.ts:\d+:\d+\)+$/,
  },
  "knows another digest": {
    changes: none,
    adapter: (inner) => ({
      ...inner,
      digest: () => Promise.resolve({ sha256: "0".repeat(64), size: 0 }),
    }),
    caseName: "put: round trip of 0 bytes",
    reason: /^expected SHA-256 e3b0c442\w+ of 0 bytes from digest\(".*"\), got 0{64} of 0$/,
  },
  "keeps chunks that are reused": {
    changes: () => ({
      put: (put) => async (key, source) => {
        const chunks: Uint8Array[] = [];
        for await (const chunk of chunksOf(source)) chunks.push(chunk);
        return await put(key, {
          ...source,
          chunks: () =>
            (async function* () {
              yield* chunks;
            })(),
        });
      },
    }),
    caseName: "put: a source of chunks that share one buffer",
    reason: /^expected the 5000 bytes that were stored under .*, got another byte at offset 0$/,
  },
  "opens a live source twice": {
    changes: () => ({
      put: (put) => async (key, source, options) => {
        const { size } = await allOf(source);
        return await put(key, { ...source, size }, options);
      },
    }),
    caseName: "put: a source that is not replayable is opened once",
    reason: /opened again/,
  },
  "needs chunks()": {
    changes: () => ({
      put: (put) => (key, source) => {
        const { chunks } = source;
        if (chunks === undefined) throw new TypeError("source.chunks is not a function");
        return put(key, source);
      },
    }),
    caseName: "put: a source without chunks()",
    reason: /^source.chunks is not a function \(at /,
  },
  "gives nothing for what is missing": {
    changes: () => ({ get: (get) => (key) => get(key).catch(() => new Blob().stream()) }),
    caseName: "nothing is found under a key without object",
    reason: /^expected get\(".*"\) of nothing to reject with code "not-found", got success$/,
  },
  "throws another code for what is missing": {
    changes: () => ({
      get: (get) => (key) =>
        get(key).catch(() => {
          throw new BinimportError("target", "Cannot read: 404");
        }),
    }),
    caseName: "nothing is found under a key without object",
    reason: /with code "not-found", got code "target": Cannot read: 404$/,
  },
  "shows a folder as an object": {
    changes: (objects) => ({
      stat: (stat) => async (key) =>
        await stat(key) ??
          ([...objects.keys()].some((other) => other.startsWith(`${key}/`))
            ? { key, size: 0 }
            : undefined),
    }),
    caseName: "nothing is found under a key without object",
    reason: /^expected nothing from stat\(".*folder"\), got an object of 0 bytes$/,
  },
  "removes everything below": {
    changes: (objects) => ({
      remove: () => (key) => {
        for (const other of [...objects.keys()]) if (other.startsWith(key)) objects.delete(other);
        return Promise.resolve();
      },
    }),
    caseName: "remove, and remove of nothing",
    reason: /^expected stat\(".*gone2"\) to find an object, got undefined$/,
  },
  "fails to remove what is missing": {
    changes: (_, { get }) => ({
      remove: (remove) => async (key) => {
        await (await get(key)).cancel();
        await remove(key);
      },
    }),
    caseName: "remove, and remove of nothing",
    reason: /no such object/,
  },
  "has one etag for all": {
    changes: () => ({
      stat: (stat) => async (key) => {
        const info = await stat(key);
        return info && { ...info, etag: `${info.size}` };
      },
    }),
    caseName: "etag changes with other content of the same size",
    reason: /^expected another etag for other content, got "100" again$/,
  },
  "has a new etag each time": {
    changes: () => ({
      stat: (stat) => async (key) => {
        const info = await stat(key);
        return info && { ...info, etag: crypto.randomUUID() };
      },
    }),
    caseName: "etag stays while nothing touches the object",
    reason: /^expected etag ".*" again, got/,
  },
  "quotes the etag in put only": {
    changes: () => ({
      put: (put) => async (key, source) => {
        const info = await put(key, source);
        return { ...info, etag: `"${info.etag}"` };
      },
    }),
    caseName: "put() tells what stat() tells",
    reason: /^expected the etag of put\(\)/,
  },
});
