import fc from "../support/property.ts";
import assert from "node:assert/strict";
import { pcre, UndecidedMatch } from "../../locate/servers/pcre/mod.ts";

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

/** An expression as PCRE has it, and for JavaScript, with marks for what JavaScript lacks. */
interface Expression {
  readonly pcre: string;
  readonly marked: string;
}

function both(pcre: string, marked = pcre): Expression {
  return { pcre, marked };
}

function wrapped(open: string, { pcre, marked }: Expression, quantifier = ""): Expression {
  const close = open === "(?>" ? "\x01" : ")";
  return both(`${open}${pcre})${quantifier}`, `${open}${marked}${close}${quantifier}`);
}

/** Atomic groups as lookaheads, which are not entered again; `$` also before a last line feed. */
function asJavaScript(marked: string): RegExp {
  const open: number[] = [];
  let groups = 0;
  const source = marked.replace(/\(\?>|\x01|\$/g, (mark) => {
    if (mark === "$") return "(?=\\n?$)";
    if (mark === "\x01") return `))\\k<a${open.pop()}>)`;
    open.push(++groups);
    return `(?:(?=(?<a${groups}>`;
  });
  return new RegExp(source);
}

const QUANTIFIERS = ["*", "+", "?", "*?", "+?", "??", "{2}", "{1,3}", "{0,2}?", "{2,}"];

/** Expressions of every construct. */
const { expression } = fc.letrec<{ expression: Expression; piece: Expression }>((tie) => ({
  piece: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.constantFrom("a", "b", "[ab]", "[^a]", ".", "^", "$", "\\b", "\\B").map((one) => both(one)),
    fc.tuple(
      fc.constantFrom("(", "(?:", "(?>", "(?=", "(?!", "(?<=", "(?<!"),
      tie("expression"),
    ).map(([open, inner]) => wrapped(open, inner)),
    fc.tuple(
      fc.constantFrom("a", "b", "a|b", "ab|a", "a?b"),
      fc.constantFrom(...QUANTIFIERS),
    ).map(([inner, quantifier]) => wrapped("(?:", both(inner), quantifier)),
    fc.tuple(fc.constantFrom("a", "(?:ab|a)"), fc.constantFrom("*", "+", "?")).map(
      ([inner, quantifier]) => both(`${inner}${quantifier}+`, `(?>${inner}${quantifier}\x01`),
    ),
  ),
  expression: fc.array(tie("piece"), { minLength: 1, maxLength: 4 }).chain((pieces) =>
    fc.constantFrom("", "|").map((by) =>
      both(
        pieces.map(({ pcre }) => pcre).join(by),
        pieces.map(({ marked }) => marked).join(by),
      )
    )
  ),
}));

Deno.test("the matcher finds what JavaScript's own engine finds", () => {
  const text = fc.string({ unit: fc.constantFrom("a", "b", "c", "\n"), maxLength: 8 });
  fc.assert(
    fc.property(expression, text, ({ pcre: source, marked }, text) => {
      // JavaScript reads a lookbehind from its end, so that what is atomic in it differs.
      if (/\(\?<[=!].*\x01/s.test(marked)) return;
      const expected = asJavaScript(marked).exec(text);
      const found = matched(source, text);
      assert.equal(found?.[0], expected?.[0]);
      if (marked.includes("\x01") || marked.includes("(?<")) return;
      assert.deepEqual(found, expected?.map((one) => one ?? ""));
    }),
    { numRuns: 3000 },
  );
});
