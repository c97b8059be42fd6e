import assert from "node:assert/strict";
import { memoryAdapter } from "../../../adapters/memory.ts";
import type { StorageAdapter } from "../../../core/storage/adapter.ts";
import {
  conformanceCases,
  type ConformanceOptions,
  type ConformanceResult,
  runConformance,
} from "../../../core/storage/conformance/mod.ts";
import { BinimportError } from "../../../core/util/errors.ts";

async function results(
  open: () => Promise<StorageAdapter>,
  options: ConformanceOptions = {},
  signal?: AbortSignal,
): Promise<ConformanceResult[]> {
  return await Array.fromAsync(runConformance({ open, ...(signal && { signal }) }, options));
}

const named = (...names: string[]) => names.map((name) => ({ name, run: () => Promise.resolve() }));

Deno.test("the names of cases are unique", () => {
  const names = conformanceCases.map((one) => one.name);
  assert.equal(new Set(names).size, names.length);
});

Deno.test("a run gives one result for each case, in order", async () => {
  const objects = new Map();
  const given = await results(() => Promise.resolve(memoryAdapter(objects)));
  assert.deepEqual(given.map((one) => one.name), conformanceCases.map((one) => one.name));
  assert.deepEqual(given.filter((one) => one.outcome === "failed"), []);
  const skipped = given.filter((one) => one.outcome === "skipped");
  assert.deepEqual(skipped.map(({ name, reason }) => `${name}: ${reason}`), [
    "target holds no secret: no secrets were given",
    "prepare may be repeated: prepare() is absent",
    "put: round trip of a part and of one byte less and more: no partSize was given",
    "stage: round trip of a part and of one byte less and more: no partSize was given",
    "publicUrl() leads to the key: publicUrl() is absent",
    "files and connections are closed again: other work in this process opens files too: use binimport adapter check",
  ]);
});

Deno.test("an adapter without optional methods is judged by the rest", async () => {
  const objects = new Map();
  const open = () => {
    const { target, capabilities, stat, put, get, ...rest } = memoryAdapter(objects);
    const dispose = rest[Symbol.asyncDispose];
    return Promise.resolve({
      target,
      capabilities,
      stat,
      put,
      get,
      [Symbol.asyncDispose]: dispose,
    });
  };
  const given = await results(open);
  assert.deepEqual(given.filter((one) => one.outcome === "failed"), []);
  const staging = given.filter((one) => one.name.startsWith("stage"));
  assert(staging.length > 20);
  assert(
    staging.every(({ outcome, reason }) => outcome === "skipped" && reason === "stage() is absent"),
  );
});

Deno.test("a failure comes with the hint that its error has", async () => {
  const open = () =>
    Promise.reject(new BinimportError("usage", "Cannot open: no place", { hint: "Give one." }));
  const given = await results(open, { cases: conformanceCases.slice(0, 2) });
  const name = (nth: number) => conformanceCases[nth]?.name;
  assert.deepEqual(
    given,
    [0, 1].map((nth) => ({
      name: name(nth),
      outcome: "failed",
      reason: "Cannot open: no place",
      hint: "Give one.",
    })),
  );
});

Deno.test("an adapter that never settles is judged, and not asked for ever", async () => {
  const never = () => new Promise<never>(() => {});
  const open = () => Promise.resolve({ ...memoryAdapter(), put: never, stage: never });
  const cases = conformanceCases.filter((one) => one.name.startsWith("put: round trip of "));
  const given = await results(open, { cases: cases.slice(0, 5), timeLimit: 20 });
  assert.deepEqual(given.map(({ outcome, reason }) => `${outcome}: ${reason}`), [
    "failed: expected the case to end, got nothing for 0.02 s",
    "failed: expected the case to end, got nothing for 0.02 s",
    "failed: expected the case to end, got nothing for 0.02 s",
    "skipped: 3 cases before it did not end",
    "skipped: 3 cases before it did not end",
  ]);
});

Deno.test("an adapter whose case did not end is disposed of", async () => {
  let disposed = 0;
  const open = () =>
    Promise.resolve({
      ...memoryAdapter(),
      stat: () => new Promise<never>(() => {}),
      [Symbol.asyncDispose]: () => Promise.resolve(void disposed++),
    });
  const cases = conformanceCases.filter((one) => one.name === "put: round trip of 1 bytes");
  await results(open, { cases, timeLimit: 20 });
  assert.equal(disposed, 1);
});

Deno.test("a run ends when its signal is aborted", async () => {
  const controller = new AbortController();
  const seen: string[] = [];
  const run = runConformance({
    open: () => Promise.resolve(memoryAdapter()),
    signal: controller.signal,
  }, { cases: named("first", "second") });
  await assert.rejects(async () => {
    for await (const { name } of run) {
      seen.push(name);
      controller.abort();
    }
  }, { name: "AbortError" });
  assert.deepEqual(seen, ["first"]);
});

/** An adapter whose author wrote without types: a case that finds it, and what its author is told. */
const untyped: readonly [members: object, caseName: string, told: RegExp][] = [
  [
    { stat: () => JSON.parse("no bucket") },
    "stage: round trip of 1 bytes",
    /^Unexpected token.* stat\(\) threw instead of rejecting: declare it async\.$/s,
  ],
  [
    { put: () => ({ key: "a", size: 1 }) },
    "put: round trip of 1 bytes",
    /^expected a promise from put\(\), got an object with key, size Declare it async/,
  ],
  [
    { put: async () => {} },
    "put: round trip of 1 bytes",
    /^expected \{ key, size \} from put\(\), got undefined $/,
  ],
  [
    { get: () => Promise.resolve(new Uint8Array(1)) },
    "put: round trip of 1 bytes",
    /^expected a ReadableStream from get\(\), got an object with 0 $/,
  ],
  [
    { stage: () => Promise.resolve("staged") },
    "stage: round trip of 1 bytes",
    /^expected \{ publish, discard \} from stage\(\), got "staged" $/,
  ],
  [
    { list: () => Promise.resolve([]) },
    "list of nothing gives nothing",
    /^expected an async iterable from list\(\), got an object with nothing Write async/,
  ],
];

for (const [members, caseName, told] of untyped) {
  Deno.test(`an author without types is told: ${told.source.slice(1, 60)}`, async () => {
    const open = () => Promise.resolve(Object.assign(memoryAdapter(), members));
    const cases = conformanceCases.filter(({ name }) => name === caseName);
    const [result] = await results(open, { cases });
    assert.equal(result?.outcome, "failed");
    assert.match(`${result.reason} ${result.hint ?? ""}`, told);
  });
}
