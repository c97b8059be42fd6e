/** Tests that need a program of this machine. */
import { findProgram } from "../../scripts/services/cache.ts";

/** Where programs come from that a test may miss. */
const PROVIDER = "deno task services";

/** The path of a program, in the cache of provided programs or on `PATH`. */
export const tool = findProgram;

/**
 * Registers a test that runs these programs. Where one is absent the test is skipped, and says why
 * in its name; with `CI=true` that is a failure.
 */
export function testWithTools(
  name: string,
  programs: readonly string[],
  run: (t: Deno.TestContext) => void | Promise<void>,
): void {
  const absent = programs.filter((program) => tool(program) === undefined);
  registerTest(name, absent.length === 0 ? [] : [`needs ${absent.join(", ")}: ${PROVIDER}`], run);
}

/** Registers a test unless there are reasons against it, which its name then tells. */
export function registerTest(
  name: string,
  reasons: readonly string[],
  run: (t: Deno.TestContext) => void | Promise<void>,
): void {
  if (reasons.length === 0) return Deno.test(name, run);
  const reason = reasons.join("; ");
  if (Deno.env.get("CI") !== "true") {
    return Deno.test({ name: `${name} (skipped: ${reason})`, ignore: true, fn: run });
  }
  Deno.test(name, () => {
    throw new Error(`Cannot run this test: it ${reason}`);
  });
}
