import fc from "../../support/property.ts";
import assert from "node:assert/strict";
import { semaphore } from "../../../core/util/concurrency.ts";

/** Whether a promise is settled once everything that is ready has run. */
async function isPending(promise: Promise<unknown>): Promise<boolean> {
  const tick = new Promise((resolve) => setTimeout(resolve, 0)).then(() => "pending");
  return await Promise.race([promise.catch(() => {}), tick]) === "pending";
}

Deno.test("semaphore never lends more than its capacity, and serves everybody", async () => {
  const weights = fc.array(fc.integer({ min: 0, max: 12 }), { maxLength: 40 });
  await fc.assert(fc.asyncProperty(weights, async (weights) => {
    const { acquire } = semaphore(10);
    let lent = 0;
    await Promise.all(weights.map(async (weight) => {
      const release = await acquire(weight);
      lent += Math.min(weight, 10);
      assert(lent <= 10, `${lent} of 10`);
      await Promise.resolve();
      lent -= Math.min(weight, 10);
      release();
    }));
    (await acquire(10))();
  }));
});

Deno.test("semaphore lets nobody overtake a heavy request", async () => {
  const { acquire } = semaphore(10);
  const release = await acquire(6);
  const heavy = acquire(10);
  const light = acquire(1);
  assert(await isPending(light));
  release();
  (await heavy)();
  (await light)();
});

Deno.test("semaphore takes a second release for none", async () => {
  const { acquire } = semaphore(1);
  const release = await acquire();
  release();
  release();
  const held = await acquire();
  assert(await isPending(acquire()));
  held();
});

Deno.test("semaphore lets an aborted waiter go, and those behind it in", async () => {
  const { acquire } = semaphore(2);
  const release = await acquire(1);
  const controller = new AbortController();
  const heavy = acquire(2, controller.signal);
  const light = acquire(1);
  controller.abort(new Error("enough"));
  await assert.rejects(heavy, { message: "enough" });
  (await light)();
  release();
  await assert.rejects(acquire(1, AbortSignal.abort(new Error("late"))), { message: "late" });
  (await acquire(2))();
});
