/** Tests that run containers. */
import { testWithTools } from "../require.ts";

/** As {@linkcode testWithTools}, for what root alone can do. */
export function testWithContainers(
  name: string,
  programs: readonly string[],
  run: (t: Deno.TestContext) => Promise<void>,
): void {
  if (Deno.uid() === 0) return testWithTools(name, programs, run);
  Deno.test.ignore(`${name} (skipped: needs root)`, () => {});
}
