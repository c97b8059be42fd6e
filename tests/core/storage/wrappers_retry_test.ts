import assert from "node:assert/strict";
import { memoryAdapter } from "../../../adapters/memory.ts";
import type { StorageAdapter } from "../../../core/storage/adapter.ts";
import { bytesSource } from "../../../core/storage/put_source.ts";
import { delegate, retryCalls } from "../../../core/storage/wrappers/calls.ts";
import { BinimportError } from "../../../core/util/errors.ts";
import { collect } from "../../support/chunks.ts";
import { failsWith } from "../../support/fails_with.ts";
import { FullAdapter } from "../../support/full_adapter.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

const retries = { retries: 2, baseDelay: 1 };

/** An adapter whose every call fails so many times before it works; counts the calls. */
function shaky(failures: number, retryable = true): {
  adapter: StorageAdapter;
  calls: Record<string, number>;
} {
  const calls: Record<string, number> = {};
  const fail = (name: string) => {
    calls[name] = (calls[name] ?? 0) + 1;
    if (calls[name] > failures) return;
    throw new BinimportError("unavailable", `Cannot ${name}: try again`, { retryable });
  };
  const adapter = delegate(new FullAdapter(), {
    stat: (stat) => async (key) => (fail("stat"), await stat(key)),
    get: (get) => async (key) => (fail("get"), await get(key)),
    put: (put) => async (key, source) => (fail("put"), await put(key, source)),
    stage: (stage) => async (key, source) => {
      fail("stage");
      const staged = await stage(key, source);
      return {
        publish: async () => (fail("publish"), await staged.publish()),
        discard: async () => (fail("discard"), await staged.discard()),
      };
    },
    prepare: (prepare) => async () => (fail("prepare"), await prepare()),
    list: (list) =>
      async function* (prefix) {
        fail("list");
        yield* list(prefix);
      },
    remove: (remove) => async (key) => (fail("remove"), await remove(key)),
  });
  return { adapter, calls };
}

Deno.test("retry repeats whatever is harmless to repeat", async () => {
  const { adapter: inner, calls } = shaky(2);
  await using adapter = retryCalls(inner, retries);
  await adapter.prepare?.();
  await adapter.put("a", bytesSource(bytes("hello")));
  await adapter.stat("a");
  assert.deepEqual(await collect(await adapter.get("a")), bytes("hello"));
  const staged = await adapter.stage?.("b", bytesSource(bytes("b")));
  await staged?.discard();
  const keys: string[] = [];
  for await (const { key } of adapter.list?.("") ?? []) keys.push(key);
  assert.deepEqual(keys, ["a"]);
  await adapter.remove?.("a");
  assert.deepEqual(new Set(Object.values(calls)), new Set([3]));
  assert.equal(Object.keys(calls).length, 8);
});

Deno.test("retry gives up after its retries, with the last error", async () => {
  const { adapter: inner, calls } = shaky(9);
  await using adapter = retryCalls(inner, retries);
  await failsWith("unavailable", /Cannot stat: try again/, adapter.stat("a"));
  assert.equal(calls["stat"], 3);
});

Deno.test("retry leaves errors alone that are for good", async () => {
  const { adapter: inner, calls } = shaky(1, false);
  await using adapter = retryCalls(inner, retries);
  await failsWith("unavailable", /Cannot put/, adapter.put("a", bytesSource(bytes("a"))));
  assert.equal(calls["put"], 1);
});

Deno.test("retry reads a live source once", async () => {
  const { adapter: inner, calls } = shaky(1);
  await using adapter = retryCalls(inner, retries);
  const live = () => ({ ...bytesSource(bytes("a")), replayable: false });
  await failsWith("unavailable", /Cannot put/, adapter.put("a", live()));
  await failsWith("unavailable", /Cannot stage/, async () => await adapter.stage?.("a", live()));
  assert.deepEqual(calls, { put: 1, stage: 1 });
});

Deno.test("retry publishes once", async () => {
  const { adapter: inner, calls } = shaky(1);
  await using adapter = retryCalls(inner, retries);
  const staged = await adapter.stage?.("a", bytesSource(bytes("a")));
  await failsWith("unavailable", /Cannot publish/, async () => await staged?.publish());
  assert.equal(calls["publish"], 1);
});

Deno.test("retry does not list again what was listed already", async () => {
  let lists = 0;
  const inner = delegate(memoryAdapter(), {
    list: () =>
      async function* () {
        lists++;
        yield { key: "a", size: 1 };
        throw new BinimportError("unavailable", "Cannot list: gone", { retryable: true });
      },
  });
  const keys: string[] = [];
  await failsWith("unavailable", /Cannot list/, async () => {
    for await (const { key } of retryCalls(inner, retries).list?.("") ?? []) keys.push(key);
  });
  assert.deepEqual({ keys, lists }, { keys: ["a"], lists: 1 });
});
