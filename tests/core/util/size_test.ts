import assert from "node:assert/strict";
import { parseSize } from "../../../core/util/units.ts";

Deno.test("parseSize reads bytes, binary and decimal units", () => {
  const sizes: readonly [string, number][] = [
    ["0", 0],
    ["512", 512],
    ["512B", 512],
    ["64KiB", 65_536],
    ["16MiB", 16_777_216],
    ["5GiB", 5_368_709_120],
    ["1TiB", 1_099_511_627_776],
    ["2TB", 2_000_000_000_000],
    ["1KB", 1_000],
    ["1.5 MB", 1_500_000],
    ["2gb", 2_000_000_000],
    [" 16mib ", 16_777_216],
  ];
  for (const [text, bytes] of sizes) assert.equal(parseSize(text), bytes, text);
});

Deno.test("parseSize refuses what is no size", () => {
  const texts = [
    "",
    "MiB",
    "-1",
    "1e3",
    "1.MiB",
    "16 M",
    "0x10",
    "1MiB1",
    "1constructor",
    "9".repeat(20),
  ];
  for (const text of texts) {
    assert.throws(
      () => parseSize(text),
      { code: "usage", message: /Cannot read ".*" as a size/ },
      text,
    );
  }
});
