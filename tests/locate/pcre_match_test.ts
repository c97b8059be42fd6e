import fc from "fast-check";
import assert from "node:assert/strict";
import { matcher } from "../../locate/servers/nginx/pcre/match.ts";
import { pcre, UndecidedMatch } from "../../locate/servers/nginx/pcre/mod.ts";
import { translate } from "../../locate/servers/nginx/pcre/translate.ts";

function matched(source: string, text: string): readonly string[] | undefined {
  const pattern = pcre(source, false);
  if ("refused" in pattern) assert.fail(pattern.refused);
  return pattern.match(text)?.groups;
}

/** Expressions that take for ever where every choice is tried with every other. */
const EXPONENTIAL: readonly (readonly [source: string, text: string, matches: boolean])[] = [
  ["^/((([a-zA-Z0-9._/-])+)+)+!$", `/${"dl.k8s.io/".repeat(20)}kubelet`, false],
  ["^/((([a-zA-Z0-9._/-])+)+)+!$", "/kubelet!", true],
  ["^(a+)+$", `${"a".repeat(200)}b`, false],
  ["^(?:a|aa)+$", `${"a".repeat(200)}b`, false],
  [`^${"a?".repeat(60)}${"a".repeat(60)}$`, "a".repeat(60), true],
  [`${".*".repeat(30)}x`, "a".repeat(300), false],
  ["^(?:(?:a{0,20}){0,20}){0,20}b", "a".repeat(100), false],
  ["^(?=(a+)+b)c", "a".repeat(200), false],
  ["(?<=^(?:a+)+)b", `${"a".repeat(60)}c`, false],
  ["^(?>(a+)+)b", "a".repeat(200), false],
];

for (const [source, text, matches] of EXPONENTIAL) {
  Deno.test(`an answer in time for ${source.slice(0, 40)} in ${text.slice(0, 12)}`, () => {
    assert.equal(matched(source, text) !== undefined, matches);
  });
}

Deno.test("what is too large or too slow is undecided, not tried", () => {
  for (const source of ["(?:a{1000}){1000}", "a{99999}"]) {
    assert.deepEqual(pcre(source, false), { refused: "it is too large" });
  }
  assert.deepEqual(pcre("(".repeat(100_000), false), {
    refused: "its parentheses are nested too deeply",
  });
  assert.throws(() => matched("^(?:[ab]{0,100}){0,50}c", "ab".repeat(5_000)), UndecidedMatch);
});

/** Expressions of every construct that a translation may hold. */
const { expression } = fc.letrec<{ expression: string; piece: string }>((tie) => ({
  piece: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.constantFrom("a", "b", "[ab]", "[^a]", ".", "^", "$", "\\b", "\\B"),
    fc.tuple(
      fc.constantFrom("(", "(?:", "(?>", "(?=", "(?!", "(?<=", "(?<!"),
      tie("expression"),
    ).map(([open, inner]) => `${open}${inner})`),
    fc.tuple(
      fc.constantFrom("(?:a)", "b", "(a|b)", "(?:ab|a)", "(?:a?b)"),
      fc.constantFrom(
        "*",
        "+",
        "?",
        "*?",
        "+?",
        "??",
        "{2}",
        "{1,3}",
        "{0,2}?",
        "{2,}",
        "++",
        "*+",
      ),
    ).map(([inner, quantifier]) => inner + quantifier),
  ),
  expression: fc.array(tie("piece"), { minLength: 1, maxLength: 4 }).chain((pieces) =>
    fc.constantFrom(pieces.join(""), pieces.join("|"))
  ),
}));

Deno.test("the matcher finds what JavaScript's own engine finds", () => {
  const text = fc.string({ unit: fc.constantFrom("a", "b", "c", "\n"), maxLength: 8 });
  fc.assert(
    fc.property(expression, text, (source, text) => {
      let translated;
      try {
        translated = translate(source, false);
      } catch {
        return; // not translated
      }
      const found = matcher(translated.regex)(text);
      const expected = new RegExp(translated.regex).exec(text);
      assert.equal(found?.all, expected?.[0]);
      if (!translated.exact || expected === null) return;
      for (const [name, value] of Object.entries(expected.groups ?? {})) {
        if (name.startsWith("c")) assert.equal(found?.groups[name], value);
      }
    }),
    { numRuns: 3000 },
  );
});
