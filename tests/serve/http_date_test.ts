import { equal } from "node:assert/strict";
import { httpDate } from "../../serve/http_date.ts";

const NOW = new Date("2026-11-30T00:00:00Z");

const CASES: readonly [text: string, iso: string | undefined][] = [
  ["Sun, 06 Nov 1994 08:49:37 GMT", "1994-11-06T08:49:37.000Z"],
  ["Sunday, 06-Nov-94 08:49:37 GMT", "1994-11-06T08:49:37.000Z"],
  ["Sunday, 06-Nov-26 08:49:37 GMT", "2026-11-06T08:49:37.000Z"],
  ["Friday, 06-Nov-76 08:49:37 GMT", "2076-11-06T08:49:37.000Z"],
  ["Saturday, 06-Nov-77 08:49:37 GMT", "1977-11-06T08:49:37.000Z"],
  ["Sun Nov  6 08:49:37 1994", "1994-11-06T08:49:37.000Z"],
  ["Mon Nov 16 08:49:37 2020", "2020-11-16T08:49:37.000Z"],
  ["Fri, 30 Jun 1972 23:59:60 GMT", "1972-07-01T00:00:00.000Z"],
  ["Sun, 06 Nov 1994 08:49:37", undefined],
  ["Sun, 06 Nov 1994 08:49:37 +0800", undefined],
  ["Sun, 06 Nov 1994 08:49:37 PST", undefined],
  ["Sun, 31 Jun 2020 08:49:37 GMT", undefined],
  ["Sun, 06 Nov 1994 24:00:00 GMT", undefined],
  ["Sun, 6 Nov 1994 08:49:37 GMT", undefined],
  ["1994-11-06T08:49:37Z", undefined],
  ["2020", undefined],
  ["0", undefined],
  ["yesterday", undefined],
  ["", undefined],
];

for (const [text, iso] of CASES) {
  Deno.test(`an HTTP date: ${JSON.stringify(text)}`, () => {
    equal(httpDate(text, NOW)?.toISOString(), iso);
  });
}

Deno.test("every date that is written here is read back", () => {
  for (let day = 0; day < 800; day++) {
    const date = new Date(Date.UTC(2023, 11, 30 + day, day % 24, day % 60, (day * 7) % 60));
    equal(httpDate(date.toUTCString())?.getTime(), date.getTime());
  }
});
