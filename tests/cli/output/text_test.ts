/** What others named, on a terminal and in NDJSON: nothing of it is obeyed. */
import fc from "../../support/property.ts";
import assert from "node:assert/strict";
import { jsonLine, printable, terminalText } from "../../../cli/output/text.ts";

/** What a terminal obeys, or what hides and turns text around. */
const OBEYED = /[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/;

const anyText = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.array(fc.constantFrom("\x1b[2J", "\x1b]0;x\x07", "\x9b31m", "\u202e", "\r", "\b", "a"))
    .map((pieces) => pieces.join("")),
);

Deno.test("a name is written out", () => {
  assert.equal(printable("a\x1b[2J\nb\u202e"), "a\\x1b[2J\\x0ab\\u202e");
});

Deno.test("fuzz: no text reaches a terminal as a command", () => {
  fc.assert(fc.property(anyText, (text) => {
    assert.doesNotMatch(printable(text), OBEYED);
    assert.doesNotMatch(terminalText(text, { color: false, verbose: 0 }), OBEYED);
  }));
});

Deno.test("fuzz: NDJSON keeps every text, in one line, and shows none of it to a terminal", () => {
  fc.assert(fc.property(anyText, (text) => {
    const line = jsonLine({ text });
    assert.doesNotMatch(line, OBEYED);
    assert.equal(line.indexOf("\n"), line.length - 1);
    assert.deepEqual(JSON.parse(line), { text });
  }));
});
