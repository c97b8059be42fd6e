/** Adapters that are not what they say, or lose what they hold. */
import { memoryAdapter } from "../../../adapters/memory.ts";
import { bytesSource, chunksOf } from "../../../core/storage/put_source.ts";
import { collect } from "../../support/chunks.ts";
import { allOf, expectFound, none, pause } from "../../support/defects.ts";

expectFound({
  "shows a secret": {
    changes: none,
    adapter: (inner) => ({ ...inner, target: "memory:hush@place" }),
    caseName: "target holds no secret",
    reason: /^expected a target without credentials, got "memory:<secret>@place"$/,
  },
  "knows no number of its room": {
    changes: none,
    adapter: (inner) => ({ ...inner, freeSpace: () => Promise.resolve(Number.NaN) }),
    caseName: "target and capabilities make sense",
    reason: /^expected a number of bytes from freeSpace\(\), got NaN$/,
  },
  "writes in place": {
    changes: (objects) => ({
      put: () => async (key, source) => {
        let bytes = new Uint8Array();
        for await (const chunk of chunksOf(source)) {
          bytes = new Uint8Array([...bytes, ...chunk]);
          objects.set(key, { bytes, etag: `${Math.random()}` });
        }
        return { key, size: bytes.length };
      },
    }),
    caseName: "put: readers see the old object while a new one comes",
    reason: /^expected size 700000 from stat\(".*"\), got 1500000$/,
  },
  "removes the old object first": {
    changes: (objects) => ({
      put: (put) => async (key, source) => {
        const held = await allOf(source);
        objects.delete(key);
        await pause(2);
        return await put(key, held);
      },
    }),
    caseName: "put: readers see the old object or the new one, whole",
    reason: /no such object/,
  },
  "publishes while it stages": {
    changes: (_, { put }) => ({
      stage: () => async (key, source) => {
        const info = await put(key, source);
        return { publish: () => Promise.resolve(info), discard: () => Promise.resolve() };
      },
    }),
    caseName: "stage leaves the key alone until publish",
    reason: /^expected size 2000 from stat\(".*old"\), got 3000$/,
  },
  "can discard once only": {
    changes: () => ({
      stage: (stage) => async (...args) => {
        const staged = await stage(...args);
        let discards = 0;
        return {
          publish: () => staged.publish(),
          discard: () =>
            ++discards > 1 ? Promise.reject(new Error("gone already")) : staged.discard(),
        };
      },
    }),
    caseName: "discard leaves nothing, and may be repeated",
    reason: /^gone already/,
  },
  "has room for one staged object": {
    changes: () => {
      let last: Uint8Array<ArrayBuffer>;
      return {
        stage: (stage) => async (key, source) => {
          last = await collect(chunksOf(source));
          const publish = async () => await (await stage(key, bytesSource(last))).publish();
          return { publish, discard: () => Promise.resolve() };
        },
      };
    },
    caseName: "objects staged together are published one by one",
    reason: /^expected size 103 from stat\(".*"\), got 104$/,
  },
  "loses what is stored when it is prepared": {
    changes: none,
    adapter: (inner) => ({
      ...inner,
      async prepare() {
        for await (const { key } of inner.list?.("") ?? []) await inner.remove?.(key);
      },
    }),
    caseName: "prepare may be repeated",
    reason: /^expected stat\(".*kept"\) to find an object, got undefined$/,
  },
  "cannot be disposed of twice": {
    changes: none,
    adapter: (inner) => {
      let disposals = 0;
      return {
        ...inner,
        [Symbol.asyncDispose]: () =>
          ++disposals > 1 ? Promise.reject(new Error("closed already")) : Promise.resolve(),
      };
    },
    caseName: "dispose may be repeated, and may come before prepare",
    reason: /^closed already/,
  },
  "keeps objects to itself": {
    changes: none,
    adapter: () => memoryAdapter(),
    caseName: "an adapter reads what another one stored",
    reason: /^expected stat\(".*shared"\) to find an object, got undefined$/,
  },
  "answers before it has written": {
    changes: none,
    adapter: (inner) => {
      const held = new Map<string, ReturnType<typeof bytesSource>>();
      return {
        ...inner,
        async put(key, source) {
          held.set(key, await allOf(source));
          return { key, size: source.size };
        },
        async stat(key) {
          const size = held.get(key)?.size;
          return size === undefined ? await inner.stat(key) : { key, size };
        },
        async get(key) {
          return held.get(key)?.open() ?? await inner.get(key);
        },
        async [Symbol.asyncDispose]() {
          for (const [key, source] of held) await inner.put(key, source);
        },
      };
    },
    caseName: "put: what resolved is there for others at once",
    reason: /^expected stat\(".*durable"\) to find an object, got undefined$/,
  },
  "lies about what it stored": {
    changes: () => ({
      put: (put) => async (...args) => ({ ...await put(...args), size: 7 }),
    }),
    caseName: "put() tells what stat() tells",
    reason: /^expected key ".*told" and size 100 from put\(\), got /,
  },
  "prints with console.log": {
    changes: () => ({
      stat: (stat) => (key) => {
        // deno-lint-ignore no-console -- it is what is to be found
        console.log("looking at", key);
        return stat(key);
      },
    }),
    caseName: "nothing is printed to standard output",
    reason: /^expected nothing on standard output, got "looking at"$/,
  },
  "prints to standard output itself": {
    changes: () => ({
      get: (get) => (key) => {
        Deno.stdout.writeSync(new TextEncoder().encode("reading"));
        return get(key);
      },
    }),
    caseName: "nothing is printed to standard output",
    reason: /^expected nothing on standard output, got "readingreading"$/,
  },
  "claims no concurrency at all": {
    changes: (_, { capabilities }) => ({ capabilities: { ...capabilities, maxConcurrency: 0 } }),
    caseName: "target and capabilities make sense",
    reason: /^expected capabilities.maxConcurrency of at least 1, got 0$/,
  },
  "mixes up parallel puts": {
    changes: () => {
      let key: string;
      return {
        put: (put) => async (wanted, source) => {
          key = wanted;
          const held = await allOf(source);
          return await put(key, held);
        },
      };
    },
    caseName: "put: as many calls side by side as maxConcurrency",
    reason: /^expected stat\(".*"\) to find an object, got undefined$/,
  },
});
