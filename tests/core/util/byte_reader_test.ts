import assert from "node:assert/strict";
import { ByteReader } from "../../../core/util/byte_reader.ts";

for (const way of ["more", "skip", "gather"] as const) {
  Deno.test(`byte reader: chunks that wait for nothing keep no timer waiting (${way})`, async () => {
    let heard = false;
    const timer = setTimeout(() => heard = true, 0);
    let given = 0;
    async function* chunks() {
      for (; !heard && given < 5_000_000; given++) yield new Uint8Array(1);
    }
    const reader = new ByteReader(chunks());
    if (way === "more") { while (await reader.more()) reader.some(1); }
    else if (way === "skip") await reader.skip(Infinity);
    else await reader.gather(10_000_000);
    clearTimeout(timer);
    assert(heard, `${given} chunks went by`);
  });
}

Deno.test("byte reader: a chunk is not looked at once the next one was asked for", async () => {
  async function* chunks() {
    const chunk = new Uint8Array([1, 2, 3]);
    yield chunk;
    structuredClone(chunk, { transfer: [chunk.buffer] }); // as of an inflater in a worker
  }
  const reader = new ByteReader(chunks());
  assert(await reader.skip(3));
  assert.equal(await reader.more(), false);
  assert.equal(await reader.skip(Infinity), false);
});
