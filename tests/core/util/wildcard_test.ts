import fc from "../../support/property.ts";
import assert from "node:assert/strict";
import { wildcard } from "../../../core/util/wildcard.ts";

const CASES: readonly (readonly [pattern: string, text: string, takes: boolean])[] = [
  ["", "", true],
  ["*", "", true],
  ["?", "", false],
  ["a*b*c", "a-b-b-c", true],
  ["a*b*c", "a-c-b", false],
  ["*.tgz", "x/y.tgz", true],
  ["[a]", "[a]", true],
  ["*\u{1f600}?", "x\u{1f600}\u{1f601}", true],
];

for (const [pattern, text, takes] of CASES) {
  Deno.test(`wildcard ${JSON.stringify(pattern)} and ${JSON.stringify(text)}`, () => {
    assert.equal(wildcard(pattern)(text), takes);
  });
}

Deno.test("a stop is taken by itself alone", () => {
  const takes = wildcard("/a*/b*", { stop: "/" });
  assert.ok(takes("/ax/b"));
  assert.ok(!takes("/ax/y/b"));
  assert.ok(!takes("/ax/b/y"));
  assert.ok(!wildcard("?", { stop: "/" })("/"));
});

Deno.test("classes are those of glob(3)", () => {
  const takes = (pattern: string, text: string) => wildcard(pattern, { classes: true })(text);
  assert.ok(takes("[0-9a-c]*", "b.conf"));
  assert.ok(!takes("[!0-9]", "7"));
  assert.ok(takes("[]x]", "]"));
  assert.ok(!takes("[z-a]", "b"));
  assert.ok(takes("\\*", "*"));
  assert.ok(!takes("\\*", "x"));
  assert.ok(takes("[", "["));
});

Deno.test("sixty asterisks take no longer than one", () => {
  assert.ok(!wildcard(`${"*a".repeat(60)}x`)("a".repeat(10_000)));
});

Deno.test("wildcards match what the regular expression of the same meaning matches", () => {
  const pattern = fc.string({ unit: fc.constantFrom("a", "b", "/", "*", "?"), maxLength: 6 });
  const text = fc.string({ unit: fc.constantFrom("a", "b", "/"), maxLength: 8 });
  fc.assert(fc.property(pattern, text, fc.boolean(), (pattern, text, stops) => {
    const any = stops ? "[^/]" : "[^]";
    const regex = new RegExp(
      `^${pattern.replaceAll("/", "\\/").replaceAll("*", `${any}*`).replaceAll("?", any)}$`,
    );
    assert.equal(wildcard(pattern, stops ? { stop: "/" } : {})(text), regex.test(text));
  }));
});
