import { equal, match } from "node:assert/strict";
import { markup } from "../../html/document.ts";
import { acceptedLanguage, counted, inLanguage, languageOf, said } from "../../html/words.ts";

Deno.test("what is said is translated with its values, and nothing that others wrote", () => {
  const text = markup`${said("{0}, found for “{1}”", counted(2, "file"), "\x01Files\x03 <b>{0}")}`;
  equal(inLanguage(text.toString(), "en"), "2 files, found for “␁Files␃ &lt;b&gt;{0}”");
  equal(inLanguage(text.toString(), "zh"), "2 个文件，搜索“␁Files␃ &lt;b&gt;{0}”的结果");
});

Deno.test("in Chinese, a number stands apart from the words on both of its sides", () => {
  const text = said("passed, with {0}", counted(1, "warning")).toString();
  equal(inLanguage(text, "zh"), "通过，有 1 条警告");
});

Deno.test("what has no translation is English", () => {
  equal(inLanguage(said("Brand new").toString(), "zh"), "Brand new");
});

Deno.test("the language that a browser asks for", () => {
  for (
    const [header, language] of [
      [null, "en"],
      ["zh-CN,zh;q=0.9,en;q=0.8", "zh"],
      ["en-US,en;q=0.9,zh;q=0.8", "en"],
      ["fr,zh;q=0.5,en;q=0.1", "zh"],
      ["zh;q=0, en", "en"],
      ["*", "en"],
      ["zho", "en"],
      ["zh ; Q = 0.1, en", "en"],
      // Millions of steps for each blank would take hours.
      [`fr,zh;q${" ".repeat(1e6)}x, en;q=0.1${" ".repeat(1e6)}`, "zh"],
    ] as const
  ) equal(acceptedLanguage(header), language, header?.slice(0, 40));
  for (const [tag, language] of [["zh_CN.UTF-8", "zh"], ["zh", "zh"], ["C", "en"], ["xx", "en"]]) {
    equal(languageOf(tag), language);
  }
});

Deno.test("every text of the pages has a translation", async () => {
  const project = new URL("../../", import.meta.url);
  const words = await Deno.readTextFile(new URL("html/words.ts", project));
  for (const folder of ["serve/index", "report"]) {
    for await (const { name } of Deno.readDir(new URL(folder, project))) {
      const source = await Deno.readTextFile(new URL(`${folder}/${name}`, project));
      for (const [, text = ""] of source.matchAll(/\bsaid\(\s*"([^"]+)"/g)) {
        match(words, new RegExp(`^ {2}"${RegExp.escape(text)}":`, "m"), text);
      }
    }
  }
});
