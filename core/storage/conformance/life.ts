/** Cases: an adapter's life from open to dispose, and what it stages in it. */
import type { Staged } from "../adapter.ts";
import { bytesSource } from "../put_source.ts";
import { type ConformanceCase, defineBoth, defineCase, expectUntouched, openCase } from "./case.ts";
import {
  expectAbsent,
  expectInfo,
  expectNothingNew,
  expectObject,
  mismatch,
  quote,
} from "./expect.ts";
import { sample } from "./sources.ts";

export const lifeCases: readonly ConformanceCase[] = [
  defineCase("target and capabilities make sense", async ({ adapter }) => {
    const { target, capabilities: { maxConcurrency, minStageSize = 0 } } = adapter;
    if (!/^[^\0-\x1f\x7f]+$/.test(target)) {
      throw mismatch("a printable target on one line", quote(target));
    }
    if (!Number.isInteger(maxConcurrency) || maxConcurrency < 1) {
      throw mismatch("capabilities.maxConcurrency of at least 1", `${maxConcurrency}`);
    }
    if (!(minStageSize >= 0)) {
      throw mismatch("capabilities.minStageSize of at least 0 bytes", `${minStageSize}`);
    }
    await adapter.freeSpace?.(); // gives a number, or fails the case
  }),
  defineCase("target holds no secret", ({ adapter, context }) => {
    for (const secret of context.secrets ?? []) {
      const forms = [secret, encodeURIComponent(secret), btoa(secret)];
      if (!forms.some((form) => adapter.target.includes(form))) continue;
      throw mismatch(
        "a target without credentials",
        quote(adapter.target.replaceAll(secret, "<secret>")),
        "The target is printed, logged and kept in reports.",
      );
    }
  }, (_, { secrets = [] }) => secrets.length === 0 ? "no secrets were given" : undefined),
  defineCase("prepare may be repeated", async ({ adapter, context, key, put, expect }) => {
    await put("kept", sample(100));
    await adapter.prepare?.();
    await expect("kept", sample(100));
    await adapter[Symbol.asyncDispose]();
    await using again = await context.open();
    await again.prepare?.();
    await expectObject(again, key("kept"), sample(100));
  }, "prepare"),
  openCase("dispose may be repeated, and may come before prepare", async (context) => {
    for (const prepared of [false, true]) {
      const adapter = await context.open();
      if (prepared) await adapter.prepare?.();
      await adapter[Symbol.asyncDispose]();
      await adapter[Symbol.asyncDispose]();
    }
  }),
  defineCase("an adapter reads what another one stored", async ({ context, key, put }) => {
    // Not prepared: a place is read, as for verifying, without being written to.
    await using reader = await context.open();
    for (const size of [100, 200]) {
      await put("shared", sample(size, size));
      await expectObject(reader, key("shared"), sample(size, size));
    }
  }),
  // What resolved is there: not in a cache of the adapter, nor written later.
  ...defineBoth("what resolved is there for others at once", async (bench) => {
    const { adapter, context, key, store } = bench;
    for (const size of [100, 3_000_000]) {
      await store(key("durable"), bytesSource(sample(size, size)));
      await using reader = await context.open();
      await expectObject(reader, key("durable"), sample(size, size));
    }
    await store(key("last"), bytesSource(sample(1000)));
    await adapter[Symbol.asyncDispose]();
    await using reader = await context.open();
    await expectObject(reader, key("last"), sample(1000));
  }),
  defineCase("stage leaves the key alone until publish", async ({ key, put, stage, expect }) => {
    await put("old", sample(2000, 1));
    const replacement = await stage(key("old"), bytesSource(sample(3000, 2)));
    const fresh = await stage(key("fresh"), bytesSource(sample(10, 3)));
    await expect("old", sample(2000, 1));
    await expect("fresh", undefined);
    expectInfo("publish()", await replacement.publish(), key("old"), 3000);
    await fresh.publish();
    await expect("old", sample(3000, 2));
    await expect("fresh", sample(10, 3));
  }, "stage"),
  defineCase("discard leaves nothing, and may be repeated", async (bench) => {
    await expectUntouched(bench, async (key) => {
      const staged = await bench.stage(key, bytesSource(sample(3000, 2)));
      await staged.discard();
      await staged.discard();
    });
  }, "stage"),
  defineCase("what is staged and never published is gone later", async (bench) => {
    const { adapter, context, key, stage } = bench;
    await expectNothingNew(adapter, async () => {
      await using _ = adapter;
      await stage(key("abandoned"), bytesSource(sample(3000)));
    });
    await using again = await context.open();
    await again.prepare?.();
    await expectAbsent(again, key("abandoned"));
  }, "stage"),
  defineCase("objects staged together are published one by one", async (bench) => {
    const { key, stage, expect } = bench;
    const staged: Staged[] = [];
    for (let nth = 0; nth < 5; nth++) {
      staged.push(await stage(key(`${nth}`), bytesSource(sample(100 + nth, nth))));
    }
    for (const nth of [3, 0, 4, 2]) await staged[nth]?.publish();
    await staged[1]?.discard();
    for (const nth of [3, 0, 4, 2]) await expect(`${nth}`, sample(100 + nth, nth));
    await expect("1", undefined);
  }, "stage"),
  defineCase("of two staged for one key the last one published stays", async (bench) => {
    const { key, stage, expect } = bench;
    const first = await stage(key("both"), bytesSource(sample(100, 1)));
    const second = await stage(key("both"), bytesSource(sample(200, 2)));
    await second.publish();
    await first.publish();
    await expect("both", sample(100, 1));
  }, "stage"),
];
