import { equal } from "node:assert/strict";
import { widthOf, wrapText } from "../../../cli/output/wrap.ts";

const CASES: readonly [text: string, columns: number, wrapped: string][] = [
  ["one two", 7, "one two"],
  ["one two three", 8, "one two\nthree"],
  ["  one two three", 8, "  one\n  two\n  three"],
  ["a\nbb cc", 3, "a\nbb\ncc"],
  ["averylongword x", 5, "averylongword\nx"],
  ["binimport puts files", 16, "binimport puts\nfiles"],
  ["镜像 仓库 地址", 9, "镜像 仓库\n地址"],
  [
    "  binimport import a.tar.gz --root /srv",
    24,
    "  binimport import \\\n    a.tar.gz --root \\\n    /srv",
  ],
];

for (const [text, columns, wrapped] of CASES) {
  Deno.test(`wrapped at ${columns} columns: ${JSON.stringify(text)}`, () => {
    equal(wrapText(text, columns), wrapped);
  });
}

Deno.test("what goes on may stand further in", () => {
  equal(wrapText("error: one two", 10, 2), "error: one\n  two");
});

Deno.test("wide characters take two columns", () => {
  equal(widthOf("ab镜，"), 6);
});
