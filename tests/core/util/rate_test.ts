import assert from "node:assert/strict";
import { BinimportError } from "../../../core/util/errors.ts";
import { rateLimit } from "../../../core/util/retry.ts";
import { parseRate } from "../../../core/util/units.ts";

Deno.test("a rate is a size, with /s behind it or not", () => {
  const texts = ["10MiB", "10MiB/s", "10 MiB/sec", "1KiB"];
  assert.deepEqual(texts.map(parseRate), [10 << 20, 10 << 20, 10 << 20, 1024]);
  for (const text of ["0", "1023", "-1", "fast", "10Mbit/s"]) {
    assert.throws(() => parseRate(text), (error) => {
      assert(error instanceof BinimportError && error.code === "usage", text);
      return true;
    });
  }
});

Deno.test("bytes wait for those before them, whoever sent them", async () => {
  const limit = rateLimit(100_000);
  const begun = performance.now();
  await Promise.all([10_000, 10_000, 1].map((bytes) => limit.pass(bytes)));
  assert(performance.now() - begun >= 195, "20,000 bytes take 200 ms at 100,000 in a second");
});

Deno.test("an abort ends the waiting", async () => {
  const limit = rateLimit(1024);
  await limit.pass(1 << 30);
  const reason = new Error("enough");
  await assert.rejects(limit.pass(1, AbortSignal.abort(reason)), reason);
});
