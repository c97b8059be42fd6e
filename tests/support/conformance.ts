/** The conformance cases as steps of a test. */
import assert from "node:assert/strict";
import { conformanceCases, type ConformanceContext } from "../../core/storage/conformance/mod.ts";

/**
 * Runs every case on one place, each as a step. Exactly the cases named in `skipped` may be
 * skipped: an optional method that got lost would otherwise pass unseen. Those in `leftOut` are not
 * run: what they ask for is not in the adapter's power.
 */
export async function conformance(
  t: Deno.TestContext,
  context: ConformanceContext,
  skipped: readonly RegExp[] = [],
  leftOut: readonly RegExp[] = [],
): Promise<void> {
  for (const { name, skip, run } of conformanceCases) {
    if (leftOut.some((one) => one.test(name))) continue;
    const reason = await skipReason(skip, context);
    // Tests run side by side in one process; open files are counted by `adapter check`.
    const allowed = [...skipped, /are closed again$/].some((one) => one.test(name));
    assert(reason === undefined || allowed, `"${name}" is skipped: ${reason}`);
    await t.step({ name, ignore: reason !== undefined, fn: () => run(context) });
  }
}

async function skipReason(
  skip: typeof conformanceCases[number]["skip"],
  context: ConformanceContext,
): Promise<string | undefined> {
  await using adapter = await context.open();
  return skip?.(adapter, context);
}
