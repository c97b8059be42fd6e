import { deepEqual, throws } from "node:assert/strict";
import { keysByName } from "../../../core/packages/names/keys_by_name.ts";
import { type LinkTable, linkTable } from "../../../core/packages/names/links.ts";

/** Member names and keys are the same here, as with `--strip-components 0`. */
function tableOf(files: readonly string[]): LinkTable {
  const table = linkTable(keysByName());
  for (const file of files) table.add({ type: "file", name: file, linkName: "" }, file);
  return table;
}

type Key = string | undefined;

function symlink(table: LinkTable, name: string, linkName: string, key: Key): void {
  table.add({ type: "symlink", name, linkName }, key);
}

function hardLink(table: LinkTable, name: string, linkName: string, key: Key): void {
  table.add({ type: "hardlink", name, linkName }, key);
}

function copiesOf(table: LinkTable): Record<string, string> {
  return Object.fromEntries([...table.copies()].map(({ key, of }) => [key, of]));
}

Deno.test("a symbolic link is relative to its folder and may come before its target", () => {
  const table = linkTable(keysByName());
  symlink(table, "t/a/latest", "../b/./v1", "t/a/latest");
  table.add({ type: "file", name: "t/b/v1", linkName: "" }, "t/b/v1");
  deepEqual(copiesOf(table), { "t/a/latest": "t/b/v1" });
});

Deno.test("a hard link names a member, and links may follow links", () => {
  const table = tableOf(["t/x"]);
  hardLink(table, "t/h", "./t//x", "t/h");
  symlink(table, "t/s", "h", "t/s");
  deepEqual(copiesOf(table), { "t/h": "t/x", "t/s": "t/x" });
});

Deno.test("a link to a folder means every file in it, links included", () => {
  const table = tableOf(["t/v1.2/a", "t/v1.2/d/b", "t/v1.20/c"]);
  symlink(table, "t/v1.2/latest", "a", "t/v1.2/latest");
  symlink(table, "t/v1", "v1.2", "t/v1");
  deepEqual(copiesOf(table), {
    "t/v1.2/latest": "t/v1.2/a",
    "t/v1/a": "t/v1.2/a",
    "t/v1/d/b": "t/v1.2/d/b",
    "t/v1/latest": "t/v1.2/a",
  });
});

Deno.test("a path may lead through a link", () => {
  const table = tableOf(["t/v1.2/a"]);
  symlink(table, "t/v1", "v1.2", undefined);
  symlink(table, "t/x", "v1/a", "t/x");
  deepEqual(copiesOf(table), { "t/x": "t/v1.2/a" });
});

Deno.test("a link to an empty folder means no file", () => {
  const table = tableOf([]);
  table.add({ type: "directory", name: "t/empty/", linkName: "" }, undefined);
  symlink(table, "t/e", "empty", "t/e");
  deepEqual(copiesOf(table), {});
});

Deno.test("of two members with one name the later one counts", () => {
  const table = tableOf(["t/a", "t/b"]);
  symlink(table, "t/a", "b", "t/a");
  symlink(table, "t/b", "a", "t/b");
  table.add({ type: "file", name: "t/b", linkName: "" }, "t/b");
  deepEqual(copiesOf(table), { "t/a": "t/b" });
});

const refused: readonly [what: string, code: string, add: (table: LinkTable) => void][] = [
  ["climbs out", "package-hostile", (t) => symlink(t, "t/s", "../../etc/passwd", "s")],
  ["absolute", "package-hostile", (t) => symlink(t, "t/s", "/etc/passwd", "s")],
  ["absolute hard link", "package-hostile", (t) => hardLink(t, "t/s", "/etc/passwd", "s")],
  ["hard link climbs out", "package-hostile", (t) => hardLink(t, "t/s", "../x", "s")],
  ["points to itself", "package-hostile", (t) => symlink(t, "t/s", "s", "s")],
  ["folder in itself", "package-hostile", (t) => symlink(t, "t/d/s", "../d", "d/s")],
  ["dangling", "package-damaged", (t) => symlink(t, "t/s", "nothing", "s")],
  ["left out", "package-unsupported", (t) => {
    t.add({ type: "file", name: "t/out", linkName: "" }, undefined);
    symlink(t, "t/s", "out", "s");
  }],
];

for (const [what, code, add] of refused) {
  Deno.test(`a link is refused: ${what}`, () => {
    throws(() => {
      const table = tableOf(["t/d/x"]);
      add(table);
      copiesOf(table);
    }, { code });
  });
}

Deno.test("a link that is left out itself is not judged by where it leads", () => {
  const table = tableOf(["t/x"]);
  symlink(table, "t/s", "nothing", undefined);
  deepEqual(copiesOf(table), {});
});

Deno.test("a link to an absolute path is refused unless it is left out itself", () => {
  const table = tableOf(["t/a"]);
  throws(() => symlink(table, "t/s", "/etc/passwd", "t/s"), /points to "\/etc\/passwd"/);
  throws(() => hardLink(table, "t/h", "/etc/passwd", "t/h"), /hard link to an absolute path/);
  symlink(table, "t/s", "/etc/passwd", undefined);
  hardLink(table, "t/h", "/etc/passwd", undefined);
  deepEqual(copiesOf(table), {});
  symlink(table, "t/x", "s", "t/x");
  throws(() => copiesOf(table), /leads to "\/etc\/passwd"/);
});

Deno.test("of a folder that a link means, what is not wanted is left out unseen", () => {
  const table = linkTable(keysByName(), (key) => !key.endsWith(".txt"));
  table.add({ type: "file", name: "t/v1/a", linkName: "" }, "t/v1/a");
  table.add({ type: "file", name: "t/v1/b.txt", linkName: "" }, undefined);
  symlink(table, "t/v1/c.txt", "/etc/passwd", undefined);
  symlink(table, "t/latest", "v1", "t/latest");
  deepEqual(copiesOf(table), { "t/latest/a": "t/v1/a" });
});

Deno.test("a hard link to itself is what tar writes of a file that it was given twice", () => {
  const table = tableOf(["t/a"]);
  hardLink(table, "t/b", "t/a", "t/b");
  for (const name of ["t/a", "./t/a", "t/b"]) hardLink(table, name, "t/a", name);
  hardLink(table, "t/b", "t/b", "t/b");
  deepEqual(copiesOf(table), { "t/b": "t/a" });
  hardLink(table, "t/none", "t/none", "t/none");
  throws(() => copiesOf(table), /"t\/none" is refused/);
});
