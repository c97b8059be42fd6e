import { deepEqual, equal, rejects } from "node:assert/strict";
import { concurrently } from "../../../core/util/concurrency.ts";

Deno.test("all items, at most so many at a time", async () => {
  const done: number[] = [];
  let running = 0;
  let most = 0;
  await concurrently([1, 2, 3, 4, 5, 6, 7], 3, async (item) => {
    most = Math.max(most, ++running);
    await Promise.resolve();
    running--;
    done.push(item);
  });
  deepEqual(done.sort(), [1, 2, 3, 4, 5, 6, 7]);
  equal(most, 3);
});

Deno.test("after a failure nothing more begins, and what runs is waited for", async () => {
  const ended: number[] = [];
  const work = async (item: number) => {
    await new Promise((resolve) => setTimeout(resolve, item));
    if (item === 1) throw new Error("one");
    ended.push(item);
  };
  await rejects(concurrently([1, 20, 2, 3], 2, work), /one/);
  deepEqual(ended, [20]);
});

Deno.test("timers and signals have their turn, although no item waits", async () => {
  const stop = new AbortController();
  setTimeout(() => stop.abort(new Error("stopped")), 0);
  let begun = 0;
  function* endless(): Generator<number> {
    while (true) yield ++begun;
  }
  await rejects(
    concurrently(endless(), 4, async () => await stop.signal.throwIfAborted()),
    /stopped/,
  );
});

Deno.test("a limit beyond all bounds is none", async () => {
  const done: number[] = [];
  await concurrently([1, 2, 3], Number.MAX_SAFE_INTEGER, async (item) => {
    await Promise.resolve();
    done.push(item);
  });
  deepEqual(done, [1, 2, 3]);
});
