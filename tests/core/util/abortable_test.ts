import assert from "node:assert/strict";
import { abortable } from "../../../core/util/streams.ts";

/** Gives 1 and 2, then nothing more until `release` is called; tells whether it was ended. */
function stalling() {
  const { promise, resolve: release } = Promise.withResolvers<void>();
  const state = { ended: false };
  async function* values() {
    try {
      yield 1;
      yield 2;
      await promise;
      yield 3;
    } finally {
      state.ended = true;
    }
  }
  return { values: values(), release, state };
}

Deno.test("without an abort every value comes", async () => {
  for (const signal of [undefined, new AbortController().signal]) {
    const { values, release, state } = stalling();
    release();
    assert.deepEqual(await Array.fromAsync(abortable(values, signal)), [1, 2, 3]);
    assert(state.ended);
  }
});

Deno.test("an abort ends the wait for a value that never comes", async () => {
  const controller = new AbortController();
  const { values, release, state } = stalling();
  const seen: number[] = [];
  const reason = new Error("enough");
  const reading = (async () => {
    for await (const value of abortable(values, controller.signal)) {
      seen.push(value);
      if (value === 2) setTimeout(() => controller.abort(reason), 1);
    }
  })();
  await assert.rejects(reading, reason);
  assert.deepEqual(seen, [1, 2]);
  release();
  await values.next();
  assert(state.ended);
});

Deno.test("an aborted signal lets nothing be read", async () => {
  const { values, state } = stalling();
  const reading = Array.fromAsync(abortable(values, AbortSignal.abort(new Error("no"))));
  await assert.rejects(reading, { message: "no" });
  assert.deepEqual(await values.next(), { done: false, value: 1 });
  await values.return();
  assert(state.ended);
});

Deno.test("who leaves early ends the iterable, before anything else", async () => {
  const { values, state } = stalling();
  for await (const _ of abortable(values, new AbortController().signal)) break;
  assert(state.ended);
});

Deno.test("an error of the iterable comes through", async () => {
  const broken = (async function* () {
    yield 1;
    throw new Error("broken");
  })();
  const reading = Array.fromAsync(abortable(broken, new AbortController().signal));
  await assert.rejects(reading, { message: "broken" });
});

Deno.test("a signal keeps no listener of an iterable that ended", async () => {
  const controller = new AbortController();
  let listeners = 0;
  const { signal } = controller;
  const add = signal.addEventListener.bind(signal);
  const remove = signal.removeEventListener.bind(signal);
  signal.addEventListener = (...args: Parameters<typeof add>) => (listeners++, add(...args));
  signal.removeEventListener = (
    ...args: Parameters<typeof remove>
  ) => (listeners--, remove(...args));
  const { values, release } = stalling();
  release();
  await Array.fromAsync(abortable(values, signal));
  assert.equal(listeners, 0);
});

Deno.test("what was given is not kept until the signal is aborted, or for good", async () => {
  const module = new URL("../../../core/util/streams.ts", import.meta.url);
  const program = `
    import { abortable } from ${JSON.stringify(module.href)};
    const given = [];
    async function* values() {
      for (let i = 0; i < 5; i++) {
        const value = { i };
        given.push(new WeakRef(value));
        yield value;
      }
    }
    for await (const { i } of abortable(values(), new AbortController().signal)) {
      await new Promise((resolve) => setTimeout(resolve, 0)); // a WeakRef holds until then
      gc();
      if (i === 4) console.log(given.map((one) => one.deref() !== undefined).join());
    }`;
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", "--v8-flags=--expose-gc", program],
  }).output();
  const alive = new TextDecoder().decode(stdout).trim().split(",");
  assert.deepEqual(alive.slice(0, 3), ["false", "false", "false"]);
});
