import assert from "node:assert/strict";
import { readBounded, readBoundedText } from "../../../core/util/bounded_read.ts";

async function* endless(): AsyncGenerator<Uint8Array> {
  for (;;) {
    await Promise.resolve();
    yield new Uint8Array(1000);
  }
}

Deno.test("a body is read whole, from memory that is used again", async () => {
  async function* body() {
    const chunk = new Uint8Array(1);
    for (const byte of [104, 105]) {
      await Promise.resolve();
      chunk[0] = byte;
      yield chunk;
    }
  }
  assert.equal(await readBoundedText(body()), "hi");
});

Deno.test("a body without end is left at the limit", async () => {
  await assert.rejects(readBounded(endless(), { limit: 5000 }), /more than 5000 bytes/);
});

Deno.test("a body that never goes on is left at the deadline", async () => {
  const silent = new ReadableStream<Uint8Array>();
  const keptAlive = setInterval(() => {}, 1000);
  await assert.rejects(readBounded(silent, { deadline: 1 }), /no end of it came within/);
  clearInterval(keptAlive);
});

Deno.test("an abort ends the reading with its own reason", async () => {
  const reason = new Error("stopped");
  await assert.rejects(readBounded(endless(), { signal: AbortSignal.abort(reason) }), reason);
});
