import fc from "../../support/property.ts";
import assert from "node:assert/strict";
import { decodeEntities, elements, elementText } from "../../../core/util/xml.ts";

Deno.test("elements are found with attributes, prefixes and none", () => {
  const xml = '<A x="1"><Key>1.10</Key><KeyCount>2</KeyCount><D:Key\n>b</D:Key><Key/></A>';
  assert.deepEqual(elements(xml, "Key"), ["1.10", "b", ""]);
  assert.equal(elementText("<Key>a&amp;&#98;&#x63;&lt;</Key>", "Key"), "a&bc<");
  assert.equal(elementText("<Keys>a</Keys>", "Key"), undefined);
});

Deno.test("megabytes of tags that open, close or never end take no time", () => {
  for (const piece of ["<Contents>", "</Contents>", "<Contents", "<", "<!--", "&#"]) {
    assert.ok(elements(piece.repeat(500_000), "Contents").length <= 1);
  }
  assert.equal(elements("<Key>".repeat(300_000) + "</Key>", "Key").length, 1);
  assert.equal(elements("<Key></Key>".repeat(100_000), "Key").length, 100_000);
});

Deno.test("an entity that stands for no character stays as it is", () => {
  const text = "&#99999999999;&#x110000;&nothing;&;";
  assert.equal(decodeEntities(text), text);
});

Deno.test("fuzz: any text gives texts", () => {
  const piece = fc.constantFrom(
    "<",
    ">",
    "/",
    "Key",
    "a:",
    "</Key>",
    "<Key>",
    "&#",
    "x1;",
    " ",
    '"',
  );
  fc.assert(fc.property(fc.array(piece).map((all) => all.join("")), (xml) => {
    for (const text of elements(xml, "Key")) assert.equal(typeof decodeEntities(text), "string");
  }));
});
