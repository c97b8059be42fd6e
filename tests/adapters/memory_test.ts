import assert from "node:assert/strict";
import memory, { memoryAdapter } from "../../adapters/memory.ts";
import { plainHost } from "../../core/storage/host.ts";
import { bytesSource } from "../../core/storage/put_source.ts";
import { collect } from "../support/chunks.ts";
import { conformance } from "../support/conformance.ts";

Deno.test("memory conforms", async (t) => {
  const objects = new Map();
  const open = () => Promise.resolve(memoryAdapter(objects));
  // It has nothing to prepare and no address.
  await conformance(t, { open, partSize: 4096, secrets: ["hush"] }, [/^prepare/, /^publicUrl/]);
});

Deno.test("two memory adapters share nothing unless they are given one map", async () => {
  await using first = memoryAdapter();
  await using second = memoryAdapter();
  await first.put("a", bytesSource(new Uint8Array(3)));
  assert.equal(await second.stat("a"), undefined);
});

Deno.test("what memory gave can be changed without changing what it holds", async () => {
  await using adapter = memoryAdapter();
  await adapter.put("a", bytesSource(new Uint8Array([1, 2, 3])));
  for await (const chunk of await adapter.get("a")) chunk.fill(9);
  assert.deepEqual(await collect(await adapter.get("a")), new Uint8Array([1, 2, 3]));
});

Deno.test("the memory factory opens an empty place each time", async () => {
  const host = plainHost();
  await using adapter = await memory.open(memory.parse({}, host), host);
  await adapter.put("a", bytesSource(new Uint8Array(1)));
  await using other = await memory.open(undefined, host);
  assert.equal(await other.stat("a"), undefined);
});
