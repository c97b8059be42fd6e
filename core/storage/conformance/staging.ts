/** Cases: what is staged has no key until it is published, and is gone when it is discarded. */
import type { Staged } from "../adapter.ts";
import { type ConformanceCase, defineCase, expectUntouched, needs, stage } from "./case.ts";
import { expectAbsent, expectInfo, expectNothingNew, expectObject } from "./expect.ts";
import { sample, whole } from "./sources.ts";

const noStage = needs("stage");

/** What is staged has no key until it is published, and is gone when it is discarded. */
export const stagingCases: readonly ConformanceCase[] = [
  defineCase("stage leaves the key alone until publish", async (bench) => {
    const { adapter, key } = bench;
    const old = sample(2000, 1);
    await adapter.put(key("old"), whole(old));
    const replacement = await stage(bench, key("old"), whole(sample(3000, 2)));
    const fresh = await stage(bench, key("fresh"), whole(sample(10, 3)));
    await expectObject(adapter, key("old"), old);
    await expectAbsent(adapter, key("fresh"));
    expectInfo("publish()", await replacement.publish(), key("old"), 3000);
    await fresh.publish();
    await expectObject(adapter, key("old"), sample(3000, 2));
    await expectObject(adapter, key("fresh"), sample(10, 3));
  }, noStage),
  defineCase("discard leaves nothing, and may be repeated", async (bench) => {
    await expectUntouched(bench, async (key) => {
      const staged = await stage(bench, key, whole(sample(3000, 2)));
      await staged.discard();
      await staged.discard();
    });
  }, noStage),
  defineCase("what is staged and never published is gone later", async (bench) => {
    const { adapter, context, key } = bench;
    await expectNothingNew(adapter, async () => {
      await using other = adapter;
      await stage({ ...bench, adapter: other }, key("abandoned"), whole(sample(3000)));
    });
    await using again = await context.open();
    await again.prepare?.();
    await expectAbsent(again, key("abandoned"));
  }, noStage),
  defineCase("objects staged together are published one by one", async (bench) => {
    const { adapter, key } = bench;
    const staged: Staged[] = [];
    for (let nth = 0; nth < 5; nth++) {
      staged.push(await stage(bench, key(`${nth}`), whole(sample(100 + nth, nth))));
    }
    for (const nth of [3, 0, 4, 2]) await staged[nth]?.publish();
    await staged[1]?.discard();
    for (const nth of [3, 0, 4, 2]) {
      await expectObject(adapter, key(`${nth}`), sample(100 + nth, nth));
    }
    await expectAbsent(adapter, key("1"));
  }, noStage),
  defineCase("of two staged for one key the last one published stays", async (bench) => {
    const first = await stage(bench, bench.key("both"), whole(sample(100, 1)));
    const second = await stage(bench, bench.key("both"), whole(sample(200, 2)));
    await second.publish();
    await first.publish();
    await expectObject(bench.adapter, bench.key("both"), sample(100, 1));
  }, noStage),
];
