import assert from "node:assert/strict";
import {
  failures,
  outcomeLine,
  readOutcome,
  skippedNames,
  uncaught,
} from "../../scripts/testing/outcome.ts";

const FAILED =
  "\x1b[0m\x1b[31mFAILED\x1b[0m | 12 passed (2 steps) | 3 failed (1 step) | 4 ignored \x1b[0m(78ms)\n";

Deno.test("test outcome: from the last summary line, colours or not", () => {
  const printed = "ok | 99 passed | 0 failed (1ms)\nmore\n";
  assert.deepEqual(readOutcome(printed + FAILED, false), { passed: 12, failed: 3, skipped: 4 });
  assert.deepEqual(readOutcome("ok | 7 passed | 0 failed (1s)\n", true), {
    passed: 7,
    failed: 0,
    skipped: 0,
  });
});

Deno.test("test outcome: a run that ended badly has failed, whatever it printed", () => {
  assert.equal(readOutcome("", false).failed, 1);
  assert.equal(readOutcome("ok | 7 passed | 0 failed (1s)\n", false).failed, 1);
});

Deno.test("test outcome: skipped tests are told only when there are any", () => {
  assert.equal(outcomeLine({ passed: 7, failed: 0, skipped: 0 }), "7 passed, 0 failed");
  assert.equal(outcomeLine({ passed: 7, failed: 1, skipped: 2 }), "7 passed, 1 failed, 2 skipped");
});

/** Runs tests of Deno that lie in one file. */
async function runFile(
  test: string,
): Promise<{ success: boolean; output: string; junit: string }> {
  const folder = await Deno.makeTempDir({ prefix: "binimport-outcome-" });
  try {
    await Deno.writeTextFile(`${folder}/a_test.ts`, test);
    const { stdout, success } = await new Deno.Command(Deno.execPath(), {
      args: ["test", "--no-check", "--no-config", "--junit-path=junit.xml", "a_test.ts"],
      cwd: folder,
    }).output();
    const junit = await Deno.readTextFile(`${folder}/junit.xml`);
    return { success, output: new TextDecoder().decode(stdout), junit };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("test outcome: names of skipped and failed tests, from a real run", async () => {
  const { success, output, junit } = await runFile(
    `Deno.test("it's <one> & \\"two\\"", async (t) => {
  await t.step({ name: "a step", ignore: Deno.pid > 0, fn() {} });
});
Deno.test({ name: "it's <three> & \\"four\\"", ignore: Deno.pid > 0, fn() {} });
Deno.test("five", async (t) => {
  await t.step("six", () => { throw new Error("a < b"); });
});\n`,
  );
  assert.deepEqual(readOutcome(output, success), { passed: 1, failed: 1, skipped: 1 });
  assert.deepEqual(skippedNames(junit), [`it's <three> & "four"`]);
  const [outer = "", step = "", ...more] = failures(junit);
  assert.match(outer, /^\.\/a_test\.ts: five\n {2}1 test step failed/);
  assert.match(step, /^\.\/a_test\.ts: five > six\n {2}Error: a < b\n/);
  assert.deepEqual(more, []);
  assert.deepEqual(uncaught(output), []);
});

Deno.test("test outcome: an error that no test caught, from a real run", async () => {
  const { success, output } = await runFile(`Deno.test("one", async () => {
  setTimeout(() => { throw new Error("too late"); }, 1);
  await new Promise((resolve) => setTimeout(resolve, 60_000));
});
Deno.test("two", () => {});\n`);
  assert.deepEqual(readOutcome(output, success), { passed: 0, failed: 3, skipped: 0 });
  const [error = "", ...more] = uncaught(output);
  assert.match(error, /^\.\/a_test\.ts: not caught by any test\n {2}error: Error: too late\n/);
  assert.deepEqual(more, []);
});
