import assert from "node:assert/strict";
import { BinimportError } from "../../../core/util/errors.ts";
import { retry, sleep } from "../../../core/util/retry.ts";

const passing = () => new BinimportError("unavailable", "Cannot try: busy", { retryable: true });
const lasting = () => new BinimportError("forbidden", "Cannot try: never");

/** Work that fails with these errors in turn, and then gives its number of calls. */
function failing(...errors: Error[]) {
  const attempts: number[] = [];
  const work = (attempt: number) => {
    attempts.push(attempt);
    const error = errors.shift();
    return error === undefined ? Promise.resolve(attempts.length) : Promise.reject(error);
  };
  return { work, attempts };
}

Deno.test("retry goes on after failures that may pass", async () => {
  const { work, attempts } = failing(passing(), passing());
  assert.equal(await retry(work, { retries: 3, baseDelay: 1 }), 3);
  assert.deepEqual(attempts, [0, 1, 2]);
});

Deno.test("retry gives the last error once its retries are used up", async () => {
  const last = passing();
  const { work, attempts } = failing(passing(), passing(), last);
  await assert.rejects(retry(work, { retries: 2, baseDelay: 1 }), last);
  assert.deepEqual(attempts, [0, 1, 2]);
});

Deno.test("retry gives up at once on an error that will stay", async () => {
  for (const error of [lasting(), new TypeError("a defect")]) {
    const { work, attempts } = failing(error);
    await assert.rejects(retry(work, { retries: 3, baseDelay: 1 }), error);
    assert.deepEqual(attempts, [0]);
  }
});

Deno.test("retry waits as long as the server asked for, up to its own limit", async () => {
  const delays: number[] = [];
  const { work } = failing(passing(), passing());
  const asked = [20, 60_000];
  await retry(work, {
    retries: 3,
    baseDelay: 1,
    maxDelay: 30,
    retryAfter: () => asked.shift(),
    onRetry: (_, delay) => delays.push(delay),
  });
  assert.deepEqual(delays, [20, 30]);
});

Deno.test("retry doubles the bound of its random waits", async () => {
  const delays: number[] = [];
  const { work } = failing(...Array.from({ length: 5 }, passing));
  const onRetry = (_: unknown, delay: number) => delays.push(delay);
  await retry(work, { retries: 5, baseDelay: 1, maxDelay: 4, onRetry });
  delays.forEach((delay, nth) => assert(delay >= 0 && delay <= Math.min(2 ** nth, 4), `${delay}`));
});

Deno.test("retry lets its caller decide what is worth another attempt", async () => {
  const { work, attempts } = failing(lasting(), passing());
  const worthIt = (error: unknown) => error instanceof BinimportError && !error.retryable;
  await assert.rejects(retry(work, { retries: 3, baseDelay: 1, worthIt }), { code: "unavailable" });
  assert.deepEqual(attempts, [0, 1]);
});

Deno.test("retry stops waiting when it is aborted", async () => {
  const controller = new AbortController();
  const { work, attempts } = failing(passing());
  const running = retry(work, {
    retries: 3,
    retryAfter: () => 600_000,
    maxDelay: 600_000,
    signal: controller.signal,
    onRetry: () => queueMicrotask(() => controller.abort(new Error("enough"))),
  });
  await assert.rejects(running, { message: "enough" });
  assert.deepEqual(attempts, [0]);
});

Deno.test("sleep rejects at once when the signal is aborted already", async () => {
  await assert.rejects(sleep(600_000, AbortSignal.abort(new Error("late"))), { message: "late" });
});
