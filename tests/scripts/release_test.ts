import { deepEqual, match, ok } from "node:assert/strict";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path/posix";
import { fileURLToPath } from "node:url";
import { htmlPages } from "../../scripts/release/pages.ts";

const PROJECT = fileURLToPath(new URL("../../", import.meta.url));

Deno.test("release: every link of a page leads to a page, an example or a file of the project", async () => {
  const pages = new Map(await htmlPages(PROJECT, "1.2.3"));
  ok(pages.size > 25);
  const broken = [...pages].flatMap(([path, html]) =>
    [...html.matchAll(/<a href="([^"#:]+)(#[^"]*)?"/g)]
      .map(([, to = "", hash]) => ({ path, to: join(dirname(path), to), hash }))
      .filter(({ to, hash }) => {
        const page = pages.get(to);
        if (page !== undefined) {
          return hash !== undefined && !page.includes(`id="${decodeURIComponent(hash.slice(1))}"`);
        }
        return !existsSync(PROJECT + to.replace(/^\.\.\//, ""));
      })
  );
  deepEqual(broken, []);
});

Deno.test("release: pages tell their language, and load nothing", async () => {
  const pages = new Map(await htmlPages(PROJECT, "1.2.3"));
  match(pages.get("README.html") ?? "", /<html lang="en">[^]*<h1 id="binimport">/);
  match(pages.get("README.zh-CN.html") ?? "", /<html lang="zh-CN">/);
  for (const html of pages.values()) ok(!/<(?:img|script|link [^>]*href="http)/.test(html));
});
