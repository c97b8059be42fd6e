import assert from "node:assert/strict";
import { memoryAdapter } from "../../../adapters/memory.ts";
import type { StorageAdapter } from "../../../core/storage/adapter.ts";
import { bytesSource, chunkSource } from "../../../core/storage/put_source.ts";
import {
  delegate,
  limitCalls,
  logCalls,
  retryCalls,
} from "../../../core/storage/wrappers/calls.ts";
import { countBytes, dryRun, throttleWrites } from "../../../core/storage/wrappers/usual.ts";
import { rateLimit } from "../../../core/util/retry.ts";
import { collect } from "../../support/chunks.ts";
import { conformance } from "../../support/conformance.ts";
import { failsWith } from "../../support/fails_with.ts";
import { FullAdapter } from "../../support/full_adapter.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

const retries = { retries: 2, baseDelay: 1 };

const wrappers: Record<string, (inner: StorageAdapter) => StorageAdapter> = {
  delegate: (inner) => delegate(inner, {}),
  count: (inner) => countBytes(inner, () => {}),
  limit: (inner) => limitCalls(inner, 2),
  log: (inner) => logCalls(inner, () => {}),
  retry: (inner) => retryCalls(inner, retries),
  throttle: (inner) => throttleWrites(inner, rateLimit(2 ** 40)),
  "limit, log and retry": (inner) => retryCalls(logCalls(limitCalls(inner), () => {}), retries),
};

for (const [name, wrap] of Object.entries(wrappers)) {
  Deno.test(`an adapter wrapped by ${name} conforms, and keeps every method`, async (t) => {
    const objects = new Map();
    const open = () => Promise.resolve(wrap(new FullAdapter(objects)));
    await conformance(t, { open, secrets: ["hush"], partSize: 4096 });
  });
}

for (const [name, wrap] of Object.entries({ ...wrappers, "dry run": dryRun })) {
  Deno.test(`${name} claims no method that the adapter lacks`, () => {
    const { target, capabilities, stat, put, get, ...rest } = memoryAdapter();
    const dispose = rest[Symbol.asyncDispose];
    const least = { target, capabilities, stat, put, get, [Symbol.asyncDispose]: dispose };
    assert.deepEqual(Object.keys(wrap(least)).sort(), Object.keys(least).sort());
  });
}

Deno.test("delegate tells facts that the adapter learns later", async () => {
  let target = "x:before";
  const inner: StorageAdapter = {
    ...memoryAdapter(),
    get target() {
      return target;
    },
    prepare: () => Promise.resolve(void (target = "x:after")),
  };
  const outer = delegate(inner, {});
  await outer.prepare?.();
  assert.equal(outer.target, "x:after");
});

Deno.test("limit narrows what the adapter can take, and never widens it", () => {
  const most = (limit?: number) => limitCalls(memoryAdapter(), limit).capabilities.maxConcurrency;
  assert.deepEqual([most(), most(3), most(100), most(0)], [16, 3, 16, 1]);
});

/** A source that shows how many of its kind are being read. */
function counted(): { peak(): number; source(): ReturnType<typeof chunkSource> } {
  let now = 0;
  let peak = 0;
  const source = () =>
    chunkSource(1, false, async function* () {
      peak = Math.max(peak, ++now);
      for (let turn = 0; turn < 5; turn++) await new Promise((go) => setTimeout(go, 0));
      now--;
      yield new Uint8Array(1);
    });
  return { peak: () => peak, source };
}

Deno.test("limit bounds puts and stages together", async () => {
  await using adapter = limitCalls(memoryAdapter(), 3);
  const { peak, source } = counted();
  await Promise.all(
    Array.from(
      { length: 12 },
      (_, nth) => nth % 2 ? adapter.put(`${nth}`, source()) : adapter.stage?.(`${nth}`, source()),
    ),
  );
  assert.equal(peak(), 3);
});

Deno.test("limit bounds publish, and goes on after failures", async () => {
  let now = 0;
  let peak = 0;
  const publish = async () => {
    peak = Math.max(peak, ++now);
    await new Promise((go) => setTimeout(go, 1));
    now--;
    throw new Error("not this time");
  };
  await using adapter = limitCalls({
    ...memoryAdapter(),
    stage: () => Promise.resolve({ publish, discard: () => Promise.resolve() }),
  }, 2);
  const staged = await Promise.all(
    Array.from({ length: 6 }, () => adapter.stage?.("a", bytesSource(bytes("a")))),
  );
  const outcomes = await Promise.allSettled(staged.map((one) => one?.publish()));
  assert(outcomes.every(({ status }) => status === "rejected"));
  assert.equal(peak, 2);
});

Deno.test("a call that waits for its turn can be aborted", async () => {
  await using adapter = limitCalls(memoryAdapter(), 1);
  const release = Promise.withResolvers<void>();
  const first = adapter.put(
    "first",
    chunkSource(1, false, async function* () {
      await release.promise;
      yield new Uint8Array(1);
    }),
  );
  const second = adapter.put("second", bytesSource(bytes("b")), { signal: AbortSignal.abort() });
  await assert.rejects(second, { name: "AbortError" });
  release.resolve();
  await first;
  assert.equal(await adapter.stat("second"), undefined);
});

Deno.test("log tells call, key, size and time, and nothing of the bytes", async () => {
  const lines: string[] = [];
  await using adapter = logCalls(new FullAdapter(), (line) => lines.push(line));
  await adapter.prepare?.();
  await adapter.put("a b", bytesSource(bytes("hush")));
  const staged = await adapter.stage?.("c", bytesSource(bytes("hush!")));
  await staged?.publish();
  await staged?.discard();
  await adapter.stat("a b");
  await collect(await adapter.get("a b"));
  await assert.rejects(adapter.get("missing"));
  for await (const _ of adapter.list?.("a") ?? []);
  await adapter.remove?.("c");
  const shape = lines.map((line) => line.replace(/\d+\.\d ms$/, "N ms"));
  assert.deepEqual(shape, [
    "memory:: prepare: N ms",
    'memory:: put "a b" of 4 bytes: N ms',
    'memory:: stage "c" of 5 bytes: N ms',
    'memory:: publish "c": N ms',
    'memory:: discard "c": N ms',
    'memory:: stat "a b": N ms',
    'memory:: get "a b": N ms',
    'memory:: get "missing": Cannot read "missing": no such object, N ms',
    'memory:: list "a"',
    'memory:: remove "c": N ms',
  ]);
});

Deno.test("a dry run reads sources to their end and stores nothing", async () => {
  const objects = new Map();
  await using inner = memoryAdapter(objects);
  await inner.put("there", bytesSource(bytes("there")));
  await using adapter = dryRun(inner);
  let read = 0;
  const source = () =>
    chunkSource(4, false, async function* () {
      read++;
      yield bytes("new!");
    });
  await adapter.prepare?.();
  assert.deepEqual(await adapter.put("there", source()), { key: "there", size: 4 });
  const staged = await adapter.stage?.("new", source());
  assert.deepEqual(await staged?.publish(), { key: "new", size: 4 });
  await adapter.remove?.("there");
  assert.equal(read, 2);
  assert.deepEqual([...objects.keys()], ["there"]);
  assert.deepEqual(await collect(await adapter.get("there")), bytes("there"));
});

Deno.test("a dry run finds a source that lies", async () => {
  await using adapter = dryRun(memoryAdapter());
  const short = { ...bytesSource(bytes("abc")), size: 4 };
  await failsWith("integrity", /4 bytes were announced, only 3 came/, adapter.put("a", short));
});

Deno.test("a dry run prepares nothing", async () => {
  let prepared = false;
  const inner = delegate(new FullAdapter(), {
    prepare: () => () => Promise.resolve(void (prepared = true)),
  });
  await dryRun(inner).prepare?.();
  assert.equal(prepared, false);
});

Deno.test("count tells every byte once, in whatever shape it is taken", async () => {
  const told = new Map<string, number>();
  const tell = (key: string, bytes: number) => told.set(key, (told.get(key) ?? 0) + bytes);
  const all = new Uint8Array(100_000);
  const whole = bytesSource(all);
  await using adapter = countBytes(memoryAdapter(), tell);
  await adapter.put("whole", whole);
  await adapter.put("opened", { size: 100_000, replayable: true, open: () => whole.open() });
  const chunks = async function* () {
    yield all.subarray(0, 70_000);
    yield all.subarray(70_000);
  };
  await (await adapter.stage?.("chunks", chunkSource(100_000, false, chunks)))?.publish();
  assert.deepEqual(Object.fromEntries(told), { whole: 1e5, opened: 1e5, chunks: 1e5 });
});
