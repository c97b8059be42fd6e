/** Adapters of plug-ins that do what none should, and what the core sees of it. */
import assert from "node:assert/strict";
import { memoryAdapter } from "../../../adapters/memory.ts";
import type { StorageAdapter } from "../../../core/storage/adapter.ts";
import { guardAdapter } from "../../../core/storage/plugins/guard.ts";
import { bytesSource, chunkSource, collect } from "../../../core/storage/put_source.ts";
import { BinimportError, type ErrorCode } from "../../../core/util/errors.ts";
import { failsWith } from "../../support/fails_with.ts";
import { FullAdapter } from "../../support/full_adapter.ts";

const file = { address: "./mine.ts", url: "file:///srv/mine.ts" };
/** For calls that never settle. */
const impatience = { silence: 50, grace: 20 };
/** For those that do. */
const patience = { silence: 1000, grace: 1000 };
const never = () => new Promise<never>(() => {});
const source = () => bytesSource(new Uint8Array(10));

/** An adapter whose members are whatever JavaScript allows. */
function broken(members: Readonly<Record<PropertyKey, unknown>>): StorageAdapter {
  return guardAdapter(Object.assign(memoryAdapter(), members), file, impatience);
}

async function all(values: AsyncIterable<unknown> | undefined): Promise<void> {
  for await (const _ of values ?? []);
}

interface Slip {
  readonly members: Readonly<Record<PropertyKey, unknown>>;
  readonly call: (adapter: StorageAdapter) => unknown;
  readonly code?: ErrorCode;
  readonly message: RegExp;
}

const put = (adapter: StorageAdapter) => adapter.put("a/b", source());
const stage = (adapter: StorageAdapter) => adapter.stage?.("a/b", source());

const slips: Readonly<Record<string, Slip>> = {
  "stat gives null": {
    members: { stat: () => Promise.resolve(null) },
    call: (adapter) => adapter.stat("a"),
    message: /"\.\/mine\.ts": stat\(\) gave null, not \{ key, size \}$/,
  },
  "stat tells of another key": {
    members: { stat: () => Promise.resolve({ key: "b", size: 1 }) },
    call: (adapter) => adapter.stat("a"),
    message: /stat\(\) was asked for "a" and gave the key "b"$/,
  },
  "stat never settles": {
    members: { stat: never },
    call: (adapter) => adapter.stat("a"),
    message: /stat\(\) did not settle for 0\.05 s, to look at "a"$/,
  },
  "freeSpace gives a text": {
    members: { freeSpace: () => Promise.resolve("a lot") },
    call: (adapter) => adapter.freeSpace?.(),
    message: /freeSpace\(\) gave "a lot", not a number of bytes$/,
  },
  "put gives nothing": {
    members: { put: () => Promise.resolve() },
    call: put,
    message: /put\(\) gave undefined, not \{ key, size \}$/,
  },
  "put reads nothing and says that it stored": {
    members: { put: (key: string) => Promise.resolve({ key, size: 10 }) },
    call: put,
    code: "integrity",
    message: /^Cannot store "a\/b": put\(\) of "\.\/mine\.ts" read 0 of 10 bytes$/,
  },
  "put tells of another size": {
    members: {
      put: async (key: string, { open }: ReturnType<typeof source>) => {
        await all(open());
        return { key, size: 9 };
      },
    },
    call: put,
    code: "integrity",
    message: /put\(\) of "\.\/mine\.ts" says that it stored 9 of 10 bytes$/,
  },
  "put throws what nobody can look at": {
    members: {
      put: () =>
        Promise.reject(
          new Proxy({}, {
            getPrototypeOf() {
              throw new Error("no");
            },
          }),
        ),
    },
    call: put,
    code: "target",
    message: /put\(\) of "\.\/mine\.ts" threw a value that cannot be shown$/,
  },
  "put throws what is no text": {
    members: { put: () => Promise.reject(Object.create(null)) },
    call: put,
    code: "target",
    message: /put\(\) of "\.\/mine\.ts" threw a value that cannot be shown$/,
  },
  "put throws what is no error": {
    members: {
      put: () => Promise.reject("out of paper"),
    },
    call: put,
    code: "target",
    message: /^Cannot store "a\/b": put\(\) of "\.\/mine\.ts" threw out of paper$/,
  },
  "put has a defect": {
    members: { put: () => Promise.reject(new TypeError("x is not a function")) },
    call: put,
    message: /put\(\) of "\.\/mine\.ts" threw TypeError: x is not a function$/,
  },
  "the disk is full": {
    members: { put: () => Promise.reject(Object.assign(new Error("full"), { code: "ENOSPC" })) },
    call: put,
    code: "no-space",
    message: /^Cannot store "a\/b": put\(\) of "\.\/mine\.ts" threw Error: full$/,
  },
  "put never settles": {
    members: { put: never },
    call: put,
    message: /put\(\) did not settle for 0\.05 s, to store "a\/b"$/,
  },
  "get gives bytes": {
    members: { get: () => Promise.resolve(new Uint8Array(1)) },
    call: (adapter) => adapter.get("a"),
    message: /get\(\) gave an object with 0, not a ReadableStream$/,
  },
  "a stream fails under way": {
    members: {
      get: () =>
        Promise.resolve(
          new ReadableStream({ pull: (controller) => controller.error(new Error("torn")) }),
        ),
    },
    call: async (adapter) => await all(await adapter.get("a")),
    code: "target",
    message: /^Cannot read "a": get\(\) of "\.\/mine\.ts" threw Error: torn$/,
  },
  "a stream gives nothing more": {
    members: { get: () => Promise.resolve(new ReadableStream()) },
    call: async (adapter) => await all(await adapter.get("a")),
    message: /get\(\) did not settle for 0\.05 s, to read "a"$/,
  },
  "stage gives nothing": {
    members: { stage: () => Promise.resolve({}) },
    call: stage,
    message: /stage\(\) gave an object with nothing, not \{ publish, discard \}$/,
  },
  "publish gives nothing": {
    members: {
      stage: () => Promise.resolve({ publish: () => Promise.resolve(), discard: never }),
    },
    call: async (adapter) => await (await stage(adapter))?.publish(),
    message: /publish\(\) gave undefined, not \{ key, size \}$/,
  },
  "discard never settles": {
    members: { stage: () => Promise.resolve({ publish: never, discard: never }) },
    call: async (adapter) => await (await stage(adapter))?.discard(),
    message: /discard\(\) did not settle/,
  },
  "list gives an array of keys": {
    members: { list: () => Promise.resolve(["a"]) },
    call: (adapter) => all(adapter.list?.("")),
    message: /list\(\) of "\.\/mine\.ts" threw TypeError/,
  },
  "list gives keys": {
    members: {
      async *list() {
        yield "a";
      },
    },
    call: (adapter) => all(adapter.list?.("")),
    message: /list\(\) gave "a", not \{ key, size \}$/,
  },
  "publicUrl gives text": {
    members: { publicUrl: () => "http://host/a" },
    call: (adapter) => adapter.publicUrl?.("a"),
    message: /publicUrl\(\) gave "http:\/\/host\/a", not a URL$/,
  },
  "publicUrl gives credentials": {
    members: { publicUrl: () => new URL("http://user:hush@host/a") },
    call: (adapter) => adapter.publicUrl?.("a"),
    message: /publicUrl\(\) gave one with credentials$/,
  },
  "dispose never settles": {
    members: { [Symbol.asyncDispose]: never },
    call: (adapter) => adapter[Symbol.asyncDispose](),
    message: /\[Symbol\.asyncDispose\]\(\) did not settle/,
  },
};

for (const [what, { members, call, code = "plugin", message }] of Object.entries(slips)) {
  Deno.test(`guard: ${what}`, async () => {
    await failsWith(code, message, Promise.try(() => call(broken(members))));
  });
}

Deno.test("guard: an error of host.error is passed on as it is", async () => {
  const full = new BinimportError("no-space", "Cannot store: full");
  await assert.rejects(put(broken({ put: () => Promise.reject(full) })), full);
});

Deno.test("guard: a call that ignores its abort ends with the signal's reason", async () => {
  const controller = new AbortController();
  const adapter = broken({ put: never });
  const call = adapter.put("a", source(), { signal: controller.signal });
  controller.abort(new Error("enough"));
  await assert.rejects(call, /^Error: enough$/);
});

Deno.test("guard: a put that goes on reading is waited for", async () => {
  const slow = chunkSource(4, false, async function* () {
    for (let i = 0; i < 4; i++) {
      await new Promise((resolve) => setTimeout(resolve, 300));
      yield new Uint8Array(1);
    }
  });
  const adapter = guardAdapter(memoryAdapter(), file, patience);
  assert.equal((await adapter.put("slow", slow)).size, 4);
  assert.equal((await collect(await adapter.get("slow"), 4)).length, 4);
});

Deno.test("guard: every optional method is kept, and works", async () => {
  const adapter = guardAdapter(new FullAdapter(), file, patience);
  await adapter.prepare?.();
  await adapter.discardStale?.([]);
  assert.equal(await adapter.freeSpace?.(), 2 ** 40);
  let worked = false;
  await adapter.withExclusiveLock?.(() => Promise.resolve(void (worked = true)));
  assert(worked);
  await (await stage(adapter))?.publish();
  assert.equal(await adapter.digest?.("a/b"), undefined, "its word on digests does not count");
  assert.equal(adapter.publicUrl?.("a/b")?.pathname, "/a/b");
  assert.deepEqual((await Array.fromAsync(adapter.list?.("") ?? [])).map(({ key }) => key), [
    "a/b",
  ]);
  await adapter.remove?.("a/b");
  assert.equal(await adapter.stat("a/b"), undefined);
  await adapter[Symbol.asyncDispose]();
});

Deno.test("what a plug-in would do at once goes the guarded way", () => {
  const immediate = () => assert.fail("it was asked for immediate calls");
  assert.equal(broken({ immediate }).immediate?.(), undefined);
});
