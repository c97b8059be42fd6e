import assert from "node:assert/strict";
import { hostView } from "../../../../locate/file_view.ts";
import type { Directive } from "../../../../locate/servers/nginx/directive.ts";
import { readConfiguration } from "../../../../locate/servers/nginx/read/parser.ts";
import { failsWith } from "../../../support/fails_with.ts";
import { MAIN, memoryView } from "../../../support/locate/configured.ts";

async function read(files: Readonly<Record<string, string>>): Promise<Directive[]> {
  return await readConfiguration(memoryView(files), MAIN);
}

/** The one word of each directive, with its place. */
function outline(directives: readonly Directive[]): string[] {
  return directives.map(({ name, file, line }) =>
    `${name} ${file.replace(/^\/etc\/nginx\//, "")}:${line}`
  );
}

Deno.test("includes stand where they are, relative to the main file's folder everywhere", async () => {
  const directives = await read({
    [MAIN]: "a;\ninclude conf.d/one.conf;\nb;",
    "/etc/nginx/conf.d/one.conf": "c;\ninclude two.conf;",
    "/etc/nginx/two.conf": "\nd;",
    "/etc/nginx/conf.d/two.conf": "wrong;",
  });
  assert.deepEqual(outline(directives), [
    "a nginx.conf:1",
    "c conf.d/one.conf:1",
    "d two.conf:2",
    "b nginx.conf:3",
  ]);
});

Deno.test("a pattern's files are read in the order of their bytes, without hidden ones", async () => {
  const names = ["9-y.conf", "10-x.conf", "a b.conf", "Z.conf", ".hidden.conf", "ä.conf", "x.bak"];
  const files = names.map((name) => [`/etc/nginx/d/${name}`, "x;"] as const);
  const directives = await read({ [MAIN]: "include d/*.conf;", ...Object.fromEntries(files) });
  assert.deepEqual(outline(directives), [
    "x d/10-x.conf:1",
    "x d/9-y.conf:1",
    "x d/Z.conf:1",
    "x d/a b.conf:1",
    "x d/ä.conf:1",
  ]);
});

const patterns: readonly [pattern: string, found: readonly string[]][] = [
  ["*", ["a", "b1", "b2", "c-d"]],
  ["b?", ["b1", "b2"]],
  ["[ab]*", ["a", "b1", "b2"]],
  ["[!a-b]*", ["c-d"]],
  ["b[2-9]", ["b2"]],
  ["?[x-]*", ["c-d"]],
  ["[", []],
  ["[z-a]", []],
  ["\\*", []],
  [".*", [".x"]],
  ["s*/*", ["sub/e"]],
  ["s*/e", ["sub/e"]],
  ["s*/f", []],
  ["nothing/*", []],
];

for (const [pattern, expected] of patterns) {
  Deno.test(`include ${pattern}`, async () => {
    const names = pattern.includes("/") ? ["sub/e"] : ["a", "b1", "b2", "c-d", ".x"];
    const files = names.map((name) => [`/g/${name}`, "x;"] as const);
    const directives = await read({
      [MAIN]: `include "/g/${pattern}";`,
      ...Object.fromEntries(files),
    });
    assert.deepEqual(directives.map(({ file }) => file.slice(3)), expected);
  });
}

Deno.test("an include that is not there, without a pattern, is an error with its place", async () => {
  const error = await failsWith(
    "nginx-conf",
    /^Cannot read "\/etc\/nginx\/absent\.conf", included at \/etc\/nginx\/nginx\.conf:2: no such file$/,
    () => read({ [MAIN]: "http {\n include absent.conf;\n}" }),
  );
  assert.ok(error.hint);
});

Deno.test("a pattern that finds nothing is no error", async () => {
  assert.deepEqual(await read({ [MAIN]: "include conf.d/*.conf;" }), []);
});

Deno.test("includes in blocks that decide nothing are not read", async () => {
  const directives = await read({
    [MAIN]: "stream { include absent; } http { types { include absent; } }",
  });
  assert.deepEqual(directives.map(({ name }) => name), ["stream", "http"]);
});

Deno.test("an include loop is found, however long", async () => {
  await failsWith(
    "nginx-conf",
    /included at \/etc\/nginx\/b:2: it includes itself: .*nginx\.conf → \/etc\/nginx\/a → \/etc\/nginx\/b → \/etc\/nginx\/a$/,
    () =>
      read({
        [MAIN]: "include a;",
        "/etc/nginx/a": "include b;",
        "/etc/nginx/b": "\ninclude [a];",
      }),
  );
});

Deno.test("a file included twice, one after the other, is no loop", async () => {
  const directives = await read({ [MAIN]: "include a; include a;", "/etc/nginx/a": "x;" });
  assert.deepEqual(directives.map(({ name }) => name), ["x", "x"]);
});

Deno.test("a mistake in an included file names that file", async () => {
  await failsWith(
    "nginx-conf",
    /: \/etc\/nginx\/conf\.d\/x\.conf:2:1: unexpected "}"/,
    () => read({ [MAIN]: "include conf.d/*;", "/etc/nginx/conf.d/x.conf": "a;\n}" }),
  );
});

Deno.test("files of this host: a folder, a link that leads nowhere, a name in UTF-8", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const main = `${folder}/nginx.conf`;
    await Deno.mkdir(`${folder}/d`);
    await Deno.writeTextFile(`${folder}/d/ä.conf`, "x;");
    await Deno.writeTextFile(main, "include d/ä.conf; include d/*;");
    assert.equal((await readConfiguration(hostView, main)).length, 2);
    await Deno.symlink("/nowhere", `${folder}/d/z`);
    await failsWith(
      "nginx-conf",
      /d\/z", included at .*: no such file/,
      () => readConfiguration(hostView, main),
    );
    await Deno.remove(`${folder}/d/z`);
    await Deno.mkdir(`${folder}/d/z`);
    await failsWith(
      "nginx-conf",
      /d\/z", included at .*: it is a folder/,
      () => readConfiguration(hostView, main),
    );
    await failsWith(
      "nginx-conf",
      /^Cannot read ".*\/absent": no such file$/,
      () => readConfiguration(hostView, `${folder}/absent`),
    );
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
