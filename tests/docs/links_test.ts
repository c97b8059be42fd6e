import { deepEqual, ok } from "node:assert/strict";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { inProject, pages } from "../support/docs/pages.ts";

Deno.test("docs: links to other files of the project lead to one", () => {
  const links = pages.flatMap(({ path, text }) =>
    [...text.matchAll(/\]\(([^)#\s]+)(?:#[^)\s]*)?\)/g)]
      .map(([, to = ""]) => to)
      .filter((to) => !/^[a-z]+:/.test(to))
      .map((to) => ({ path, to, file: join(dirname(path), to) }))
  );
  ok(links.length > 30, "links are found");
  deepEqual(links.filter(({ file }) => !existsSync(inProject(file))), []);
});

/** Pages for who works on the source. */
const OF_SOURCE = /^(?:docs\/(?:design\/|architecture|dependencies)|CONTRIBUTING)/;

Deno.test("docs: files and folders of the source that a page names are there", () => {
  const named = pages.filter(({ path }) => OF_SOURCE.test(path)).flatMap(({ path, text }) =>
    [...text.matchAll(/(?:^|`)((?:[a-z_]+\/)+(?:[\w-]+\.(?:ts|sh))?)(?:`| {2,})/gm)]
      .map(([, name = ""]) => ({ path, name }))
  );
  ok(named.length > 30, "names are found");
  deepEqual(named.filter(({ name }) => !existsSync(inProject(name))), []);
});
