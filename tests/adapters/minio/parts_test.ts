import fc from "../../support/property.ts";
import assert from "node:assert/strict";
import { cutParts, type Part, partBuffers } from "../../../adapters/minio/parts.ts";

async function* chunksOf(bytes: Uint8Array, lengths: readonly number[]) {
  let at = 0;
  for (const length of [...lengths, bytes.length]) {
    yield bytes.subarray(at, at + length);
    at += length;
    if (at >= bytes.length) return;
  }
}

Deno.test("parts hold all bytes in order, each of full size but the last", async () => {
  const property = fc.asyncProperty(
    fc.uint8Array({ maxLength: 100 }),
    fc.array(fc.integer({ min: 0, max: 30 })),
    fc.integer({ min: 1, max: 20 }),
    async (bytes, lengths, partSize) => {
      const options = { size: bytes.length, partSize, buffers: partBuffers(partSize, 1) };
      const seen: number[] = [];
      let number = 0;
      for await (const part of cutParts(chunksOf(bytes, lengths), options)) {
        assert.equal(part.number, ++number);
        assert.equal(
          part.bytes.length,
          Math.min(partSize, Math.max(0, bytes.length - seen.length)),
        );
        seen.push(...part.bytes);
        part.free();
      }
      assert.equal(number, Math.max(1, Math.ceil(bytes.length / partSize)));
      assert.deepEqual(seen, [...bytes]);
    },
  );
  await fc.assert(property);
});

Deno.test("no more parts are held than there are buffers, however many sources", async () => {
  const buffers = partBuffers(4, 3);
  const held = new Set<Part>();
  let most = 0;
  await Promise.all(Array.from({ length: 10 }, async (_, seed) => {
    const bytes = new Uint8Array(40).fill(seed);
    const options = { size: 40, partSize: 4, buffers };
    for await (const part of cutParts(chunksOf(bytes, [7, 7, 7, 7, 7]), options)) {
      held.add(part);
      most = Math.max(most, held.size);
      await new Promise((resolve) => setTimeout(resolve, 0));
      assert(part.bytes.every((byte) => byte === seed), "somebody else's bytes");
      held.delete(part);
      part.free();
    }
  }));
  assert.equal(most, 3);
});

Deno.test("small objects share the room of one part", async () => {
  const buffers = partBuffers(100, 1);
  const taken = await Promise.all(Array.from({ length: 10 }, () => buffers.take(10, undefined)));
  const next = buffers.take(100, undefined);
  for (const buffer of taken) {
    buffer.free();
    buffer.free();
  }
  assert.equal((await next).bytes.length, 100);
});

Deno.test("a source that gives nothing holds no buffer, and one that fails gives its own back", async () => {
  const buffers = partBuffers(4, 1);
  const options = { size: 8, partSize: 4, buffers };
  const silent = cutParts(
    { [Symbol.asyncIterator]: () => ({ next: () => new Promise(() => {}) }) },
    options,
  );
  void silent.next();
  async function* broken() {
    yield new Uint8Array(3);
    throw new Error("the source failed");
  }
  await assert.rejects(cutParts(broken(), options).next(), { message: "the source failed" });
  (await buffers.take(4, undefined)).free();
});
