/** The Chinese pages in docs/zh: one for each page that users read, alike in all that is not prose. */
import { marked, type Token, type Tokens } from "marked";
import { deepEqual, equal } from "node:assert/strict";
import { pages } from "../support/docs/pages.ts";

/** Pages for those who work on the project: in English alone. */
const ENGLISH_ALONE = ["docs/architecture.md", "docs/dependencies.md"];

/** Links to those, and to what else there is in English alone, say so. */
const SAYS_SO = "（英文）";

const ENGLISH = pages.filter(({ path }) => /^docs\/[^/]+\.md$/.test(path));
const CHINESE = pages.filter(({ path }) => path.startsWith("docs/zh/"));

Deno.test("docs: each page that users read has one in Chinese, and no other has", () => {
  deepEqual(
    CHINESE.map(({ path }) => path.replace("docs/zh/", "docs/")).sort(),
    ENGLISH.map(({ path }) => path).filter((path) => !ENGLISH_ALONE.includes(path)).sort(),
  );
});

for (const { path, text } of CHINESE) {
  const english = ENGLISH.find((page) => page.path === path.replace("docs/zh/", "docs/"));

  Deno.test(`docs: ${path} has the headings, tables, code and flags of the English page`, () => {
    const [ours, theirs] = [shapeOf(text), shapeOf(english?.text ?? "")];
    deepEqual(ours.headings, theirs.headings, "levels of headings");
    deepEqual(ours.tables, theirs.tables, "rows × columns of tables");
    deepEqual(ours.code, theirs.code, "blocks of code");
    deepEqual(ours.flags, theirs.flags, "flags");
  });

  Deno.test(`docs: ${path} has no blank beside a full-width mark`, () => {
    const prose = tokensOf(text).filter((one) => one.type === "text" && !("tokens" in one));
    deepEqual(
      prose.map(({ raw }) => raw).filter((raw) =>
        /[，。；：、！？（）“”]\s|\s[，。；：、！？）]/.test(raw)
      ),
      [],
    );
  });

  Deno.test(`docs: ${path} leads to Chinese pages where there are such, else says so`, () => {
    const links = [...text.matchAll(/\]\((\.\.\/[^)#\s]+\.md)(?:#[^)\s]*)?\)(（英文）)?/g)]
      .map(([, to = "", said]) => ({ to, said: said === SAYS_SO }))
      .filter(({ to }) => to !== `../${path.replace("docs/zh/", "")}`);
    deepEqual(links.filter(({ said }) => !said), [], "links out of docs/zh without a word");
    equal(
      links.filter(({ to }) => CHINESE.some((page) => page.path === to.replace("../", "docs/zh/")))
        .map(({ to }) => to).join(),
      "",
      "links to English pages that are there in Chinese",
    );
  });

  Deno.test(`docs: ${path} has the headings that links name`, () => {
    const missing = [...text.matchAll(/\]\(([\w-]+\.md)?#([^)\s]+)\)/g)]
      .map(([, file, anchor = ""]) => ({
        page: file === undefined ? path : `docs/zh/${file}`,
        anchor,
      }))
      .filter(({ page, anchor }) => !anchorsOf(page).includes(anchor));
    deepEqual(missing, []);
  });
}

interface Shape {
  readonly headings: readonly number[];
  /** Such as `9 × 5`, without the row of headings. */
  readonly tables: readonly string[];
  readonly code: readonly string[];
  readonly flags: readonly string[];
}

/** What a page has that is the same in each language. */
function shapeOf(text: string): Shape {
  const tokens = tokensOf(text);
  const of = <T extends Token>(type: string) => tokens.filter((one): one is T => one.type === type);
  const spans = of<Tokens.Codespan>("codespan").map((span) => span.text);
  return {
    headings: of<Tokens.Heading>("heading").map(({ depth }) => depth),
    tables: of<Tokens.Table>("table").map(({ rows, header }) =>
      `${rows.length} × ${header.length}`
    ),
    code: of<Tokens.Code>("code").map(({ raw }) => raw.trimEnd()),
    flags: [...new Set(spans.flatMap((span) => span.match(/--[a-z][a-z-]*/g) ?? []))].sort(),
  };
}

function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  marked.walkTokens(marked.lexer(text), (token) => void tokens.push(token));
  return tokens;
}

/** As GitHub makes them of headings. */
function anchorsOf(path: string): string[] {
  const text = CHINESE.find((page) => page.path === path)?.text ?? "";
  return [...text.matchAll(/^#+ (.*)$/gm)].map(([, title = ""]) =>
    title.toLowerCase().replace(/[^\p{L}\p{N}\s_-]/gu, "").replaceAll(" ", "-")
  );
}
