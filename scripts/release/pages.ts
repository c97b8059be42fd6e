/** The project's pages as HTML that opens from a disk, in both languages. */
import { Marked } from "marked";
import { existsSync } from "node:fs";
import { dirname, join, relative } from "node:path/posix";
import { Html, page } from "../../html/mod.ts";

/** Folders of pages; a page keeps its place in the project. */
const FOLDERS = ["", "docs/", "docs/zh/", "bench/", "examples/ansible/"];

/** Each page's name and text. Links lead to the HTML, or to what the release has beside it. */
export async function htmlPages(
  project: string,
  version: string,
): Promise<[name: string, html: string][]> {
  const sources = FOLDERS.flatMap((folder) =>
    existsSync(project + folder)
      ? [...Deno.readDirSync(project + folder)].map(({ name }) => folder + name)
      : []
  ).filter((path) => path.endsWith(".md")).sort();
  const known = new Set(sources);
  const pages = sources.map((path) =>
    toHtml(path, Deno.readTextFileSync(project + path), known, version)
  );
  return await Promise.all(pages);
}

async function toHtml(
  path: string,
  markdown: string,
  known: ReadonlySet<string>,
  version: string,
): Promise<[string, string]> {
  const marked = new Marked({ gfm: true });
  marked.use({
    walkTokens(token) {
      if (token.type === "link") token["href"] = target(path, String(token["href"]), known);
    },
    renderer: {
      heading({ tokens, depth, text }) {
        return `<h${depth} id="${anchor(text)}">${this.parser.parseInline(tokens)}</h${depth}>\n`;
      },
    },
  });
  const body = await marked.parse(markdown.replace(/<!--.*?-->/gs, ""));
  const title = /^# (.*)/m.exec(markdown)?.[1] ?? path;
  const home = relative(dirname(path), isChinese(path) ? "README.zh-CN.html" : "README.html");
  const { markup } = page({
    title: `${title.replaceAll("`", "")} – binimport ${version}`,
    lang: isChinese(path) ? "zh-CN" : "en",
    body: new Html(
      `<div class="wrap"><header><p class="brand"><a href="${home}">binimport ${version}</a></p></header>
<main><section>${body}</section></main></div>`,
    ),
  });
  return [path.replace(/\.md$/, ".html"), markup];
}

function isChinese(path: string): boolean {
  return path.startsWith("docs/zh/") || path.endsWith(".zh-CN.md");
}

/** Where a link leads: examples lie beside the pages' folder, sources are not in the release. */
function target(from: string, href: string, known: ReadonlySet<string>): string {
  const [, to = "", hash = ""] = /^([^#]*)(#.*)?$/.exec(href) ?? [];
  if (to === "" || /^[a-z]+:/.test(to)) return href;
  const path = join(dirname(from), to);
  if (known.has(path)) return to.replace(/\.md$/, ".html") + hash;
  const place = /^(?:examples\/|LICENSE$)/.test(path) ? `../${path}` : path;
  return relative(dirname(from), place) + hash;
}

/** As GitHub makes them of headings. */
function anchor(text: string): string {
  return text.toLowerCase().replace(/[^\p{L}\p{N}\s_-]/gu, "").replaceAll(" ", "-");
}
