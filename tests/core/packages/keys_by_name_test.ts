import assert from "node:assert/strict";
import { keysByName } from "../../../core/packages/names/keys_by_name.ts";

Deno.test("keysByName: as a Map has them, whatever stands before a key", () => {
  const table = keysByName();
  const entries: [name: string, key: string | undefined][] = [
    ["offline-files/dl.k8s.io/kubectl", "dl.k8s.io/kubectl"],
    ["offline-files/README", undefined],
    ["kubectl", "into/kubectl"],
    ["other/github.com/x.tgz", "github.com/x.tgz"],
    ["offline-files/github.com/y.tgz", "github.com/y.tgz"],
  ];
  for (const [name, key] of entries) table.set(name, key);
  assert.deepEqual(
    new Map([...table.names()].map((name) => [name, table.get(name)])),
    new Map(entries),
  );
  assert.equal(table.size, entries.length);
  for (const [name, key] of entries) {
    assert(table.has(name));
    if (key !== undefined) assert.equal(table.nameOf(key), name);
  }
  for (const name of ["dl.k8s.io/kubectl", "offline-files/", "offline-files", "", "x.tgz"]) {
    assert(!table.has(name), name);
    assert.equal(table.get(name), undefined);
  }
});

Deno.test("keysByName: of two with one name the later one counts, and none that was deleted", () => {
  const table = keysByName();
  table.set("a/x", "x");
  table.set("a/x", "x");
  table.set("b/y", "y");
  assert.deepEqual([...table.names()], ["a/x", "b/y"]);
  table.set("a/x", "other");
  assert.deepEqual([table.get("a/x"), table.nameOf("other"), table.nameOf("x")], [
    "other",
    "a/x",
    undefined,
  ]);
  for (const name of ["a/x", "b/y"]) table.delete(name);
  assert.deepEqual([...table.names()], []);
  assert.deepEqual([table.nameOf("x"), table.nameOf("y"), table.size], [undefined, undefined, 0]);
});
