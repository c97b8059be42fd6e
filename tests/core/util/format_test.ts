import { equal } from "node:assert/strict";
import { formatBytes, formatCount, formatSeconds } from "../../../core/util/units.ts";

Deno.test("bytes", () => {
  const shown = [
    [0, "0 B"],
    [999, "999 B"],
    [1000, "1.0 KB"],
    [99_499, "99.5 KB"],
    [99_500, "100 KB"],
    [
      999_499,
      "999 KB",
    ],
    [999_500, "1.0 MB"],
    [612_345_678, "612 MB"],
    [7.2e12, "7.2 TB"],
    [5e15, "5000 TB"],
  ] as const;
  for (const [bytes, text] of shown) equal(formatBytes(bytes), text);
});

Deno.test("seconds", () => {
  const shown = [[0, "0.0 s"], [9.94, "9.9 s"], [9.96, "10 s"], [59.4, "59 s"], [59.6, "1:00"], [
    185,
    "3:05",
  ], [3723, "1:02:03"]] as const;
  for (const [seconds, text] of shown) equal(formatSeconds(seconds), text);
});

Deno.test("counts", () => {
  equal(formatCount(1, "file"), "1 file");
  equal(formatCount(4773, "file"), "4,773 files");
});
