import { equal } from "node:assert/strict";
import { progressLine } from "../../../commands/output/progress.ts";

Deno.test("the progress line tells bytes, rate and time left", () => {
  equal(
    progressLine({ phase: "reading", done: 138e6, total: 275e6, elapsed: 0.7 }, 100),
    "Importing  [############------------]   50%  138 MB of 275 MB  197 MB/s  0.7 s left",
  );
});

Deno.test("the progress line without a total, as of standard input", () => {
  equal(
    progressLine({ phase: "reading", done: 5e6, elapsed: 0.1 }, 80),
    "Importing  5.0 MB",
  );
});

Deno.test("the progress line of verifying counts files and fits the terminal", () => {
  const state = { phase: "verifying", done: 2, total: 4, elapsed: 0, current: "a/b" } as const;
  equal(progressLine(state, 80), "Verifying  [############------------]   50%  2 of 4 files  a/b");
  equal(progressLine(state, 61), "Verifying  [############------------]   50%  2 of 4 files");
  equal(progressLine(state, 20).length, 20);
});
