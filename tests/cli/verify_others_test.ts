/** What `verify` tells besides, of lists that end and of others. */
import { deepEqual, equal, match } from "node:assert/strict";
import { memoryAdapter } from "../../adapters/memory.ts";
import { tellOthers } from "../../cli/verify/run.ts";
import type { StorageAdapter } from "../../core/storage/mod.ts";
import { BinimportError, hasCode, messageOf } from "../../core/util/errors.ts";

type Keys = () => Iterable<string>;

async function others(keys: Keys, most?: number) {
  async function* list() {
    for (const key of keys()) yield { key, size: 1 };
  }
  const adapter: StorageAdapter = { ...memoryAdapter(), list };
  const told: string[] = [];
  const { signal } = new AbortController();
  const known = new Map([["kubelet", 1]]);
  const error = await tellOthers(adapter, known, signal, (key) => told.push(key), most);
  return { told, error };
}

Deno.test("what is there besides is told, but for the state", async () => {
  const { told, error } = await others(() => ["a", "kubelet", ".binimport/manifest.json", "b"]);
  deepEqual(told, ["a", "b"]);
  equal(error, undefined);
});

const endless: Readonly<Record<string, Keys>> = {
  *"ever new keys"() {
    for (let n = 0;; n++) yield `${n}`;
  },
  *"one key over and over"() {
    for (;;) yield "kubelet";
  },
};

for (const [what, keys] of Object.entries(endless)) {
  Deno.test(`a list that gives ${what} is left, and told`, async () => {
    const { error } = await others(keys, 1000);
    match(messageOf(error), /^Cannot tell what else is in "memory:": it has listed 1,000 objects/);
    equal(hasCode(error, "target"), true);
  });
}

Deno.test("a list that fails is told, and does not keep the summary from being so", async () => {
  const failure = new BinimportError("forbidden", "Cannot list");
  const { told, error } = await others(function* () {
    yield "a";
    throw failure;
  });
  deepEqual([told, error], [["a"], failure]);
});
