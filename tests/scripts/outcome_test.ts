import assert from "node:assert/strict";
import { failures, outcomeLine, readOutcome, skippedNames } from "../../scripts/testing/outcome.ts";

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

Deno.test("test outcome: names of skipped and failed tests, from a real run", async () => {
  const folder = await Deno.makeTempDir({ prefix: "binimport-outcome-" });
  try {
    const test = `Deno.test("it's <one> & \\"two\\"", async (t) => {
  await t.step({ name: "a step", ignore: Deno.pid > 0, fn() {} });
});
Deno.test({ name: "it's <three> & \\"four\\"", ignore: Deno.pid > 0, fn() {} });
Deno.test("five", async (t) => {
  await t.step("six", () => { throw new Error("a < b"); });
});\n`;
    await Deno.writeTextFile(`${folder}/a_test.ts`, test);
    const { stdout, success } = await new Deno.Command(Deno.execPath(), {
      args: ["test", "--no-check", "--no-config", "--junit-path=junit.xml", "a_test.ts"],
      cwd: folder,
    }).output();
    assert.deepEqual(readOutcome(new TextDecoder().decode(stdout), success), {
      passed: 1,
      failed: 1,
      skipped: 1,
    });
    const junit = await Deno.readTextFile(`${folder}/junit.xml`);
    assert.deepEqual(skippedNames(junit), [`it's <three> & "four"`]);
    const [outer = "", step = "", ...more] = failures(junit);
    assert.match(outer, /^\.\/a_test\.ts: five\n {2}1 test step failed/);
    assert.match(step, /^\.\/a_test\.ts: five > six\n {2}Error: a < b\n/);
    assert.deepEqual(more, []);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
