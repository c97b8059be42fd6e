/** Cases: an adapter's life from open to dispose, and what it says of itself. */
import { type ConformanceCase, defineBoth, defineCase, needs, openCase, store } from "./case.ts";
import { expectObject, mismatch, quote } from "./expect.ts";
import { sample, whole } from "./sources.ts";

/** An adapter's life from open to dispose, and what it says of itself. */
export const lifecycleCases: readonly ConformanceCase[] = [
  defineCase("target and capabilities make sense", async ({ adapter }) => {
    const { target, capabilities } = adapter;
    if (!/^[^\0-\x1f\x7f]+$/.test(target)) {
      throw mismatch("a printable target on one line", quote(target));
    }
    const { maxConcurrency, minStageSize = 0 } = capabilities;
    if (!Number.isInteger(maxConcurrency) || maxConcurrency < 1) {
      throw mismatch("capabilities.maxConcurrency of at least 1", `${maxConcurrency}`);
    }
    if (!(minStageSize >= 0)) {
      throw mismatch("capabilities.minStageSize of at least 0 bytes", `${minStageSize}`);
    }
    const room = await adapter.freeSpace?.() ?? 0;
    if (!(room >= 0)) throw mismatch("room() of at least 0 bytes", `${room}`);
  }),
  defineCase("target holds no secret", ({ adapter, context }) => {
    for (const secret of context.secrets ?? []) {
      const forms = [secret, encodeURIComponent(secret), btoa(secret)];
      if (forms.some((form) => adapter.target.includes(form))) {
        throw mismatch(
          "a target without credentials",
          quote(adapter.target.replaceAll(secret, "<secret>")),
          "The target is printed, logged and kept in reports.",
        );
      }
    }
  }, (_, { secrets = [] }) => secrets.length === 0 ? "no secrets were given" : undefined),
  defineCase("prepare may be repeated", async ({ adapter, context, key }) => {
    await adapter.put(key("kept"), whole(sample(100)));
    await adapter.prepare?.();
    await expectObject(adapter, key("kept"), sample(100));
    await adapter[Symbol.asyncDispose]();
    await using again = await context.open();
    await again.prepare?.();
    await expectObject(again, key("kept"), sample(100));
  }, needs("prepare")),
  openCase("dispose may be repeated, and may come before prepare", async (context) => {
    for (const prepared of [false, true]) {
      const adapter = await context.open();
      if (prepared) await adapter.prepare?.();
      await adapter[Symbol.asyncDispose]();
      await adapter[Symbol.asyncDispose]();
    }
  }),
  defineCase("an adapter reads what another one stored", async (bench) => {
    const { adapter, context, key } = bench;
    await adapter.put(key("shared"), whole(sample(100, 1)));
    // Not prepared: a place is read, as for verifying, without being written to.
    await using reader = await context.open();
    await expectObject(reader, key("shared"), sample(100, 1));
    await adapter.put(key("shared"), whole(sample(200, 2)));
    await expectObject(reader, key("shared"), sample(200, 2));
  }),
  // What resolved is there: not in a cache of the adapter, nor written later.
  ...defineBoth("what resolved is there for others at once", async (bench, way) => {
    const { adapter, context, key } = bench;
    for (const size of [100, 3_000_000]) {
      await store(bench, way, key("durable"), whole(sample(size, size)));
      await using reader = await context.open();
      await expectObject(reader, key("durable"), sample(size, size));
    }
    await store(bench, way, key("last"), whole(sample(1000, 5)));
    await adapter[Symbol.asyncDispose]();
    await using reader = await context.open();
    await expectObject(reader, key("last"), sample(1000, 5));
  }),
];
