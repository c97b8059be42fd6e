/** Nothing is ever written outside the root, and what is in the way is told. */
import assert from "node:assert/strict";
import { failsWith } from "../../support/fails_with.ts";
import { text, type WebRoot, webRoot } from "../../support/web_root.ts";

/** A folder beside the root with a file in it. */
function neighbour({ outside }: WebRoot): string {
  Deno.mkdirSync(`${outside}/etc`);
  Deno.writeTextFileSync(`${outside}/etc/passwd`, "old");
  return `${outside}/etc`;
}

function assertUntouched(folder: string): void {
  assert.deepEqual([...Deno.readDirSync(folder)].map(({ name }) => name), ["passwd"]);
  assert.equal(Deno.readTextFileSync(`${folder}/passwd`), "old");
}

for (const [kind, target] of [["absolute", undefined], ["relative", "../etc"]] as const) {
  Deno.test(`a folder that is a link out of the root (${kind}) is not followed`, async () => {
    using root = webRoot();
    const outside = neighbour(root);
    Deno.symlinkSync(target ?? outside, `${root.path}/link`);
    await using adapter = await root.prepared();
    for (const key of ["link/passwd", "link/new", "link/new/deep"]) {
      const message = /^Cannot write through ".*\/link": the link leads out of the root$/;
      await failsWith("target", message, adapter.put(key, text("evil")));
      await failsWith("target", message, async () => await adapter.stage?.(key, text("evil")));
      await failsWith("target", message, async () => await adapter.remove?.(key));
    }
    assertUntouched(outside);
  });
}

Deno.test("a root beside one whose name begins alike is another one", async () => {
  using root = webRoot();
  Deno.mkdirSync(`${root.path}-private`);
  Deno.symlinkSync(`${root.path}-private`, `${root.path}/link`);
  await using adapter = await root.prepared();
  await failsWith("target", /leads out of the root/, adapter.put("link/x", text("evil")));
  assert.deepEqual([...Deno.readDirSync(`${root.path}-private`)], []);
});

for (const seen of ["missing", "a folder"]) {
  Deno.test(`a link that was ${seen} while staging is not followed`, async () => {
    using root = webRoot();
    const outside = neighbour(root);
    await using adapter = await root.prepared();
    if (seen === "a folder") Deno.mkdirSync(`${root.path}/a`);
    const staged = await adapter.stage?.("a/passwd", text("evil"));
    if (seen === "a folder") Deno.removeSync(`${root.path}/a`);
    Deno.symlinkSync(outside, `${root.path}/a`);
    await failsWith("target", /leads out of the root/, async () => await staged?.publish());
    await staged?.discard();
    assertUntouched(outside);
  });
}

Deno.test("a link that stays inside the root is followed", async () => {
  using root = webRoot();
  Deno.mkdirSync(`${root.path}/real/deep`, { recursive: true });
  Deno.symlinkSync("real/deep", `${root.path}/link`);
  await using adapter = await root.prepared();
  await adapter.put("link/new/file", text("x"));
  assert.equal(Deno.readTextFileSync(`${root.path}/real/deep/new/file`), "x");
  assert((await Deno.lstat(`${root.path}/link`)).isSymlink);
});

Deno.test("a link into binimport's own folder is not followed", async () => {
  using root = webRoot();
  Deno.symlinkSync(".binimport/tmp", `${root.path}/link`);
  await using adapter = await root.prepared();
  await failsWith("target", /leads into binimport's own/, adapter.put("link/x", text("evil")));
});

for (const target of ["../etc/passwd", "nowhere", "."]) {
  Deno.test(`a link to ${JSON.stringify(target)} under a file's name is replaced`, async () => {
    using root = webRoot();
    const outside = neighbour(root);
    Deno.symlinkSync(target, `${root.path}/file`);
    await using adapter = await root.prepared();
    assert.equal(await adapter.stat("file"), undefined);
    await failsWith("not-found", /no such file/, adapter.get("file"));
    await adapter.put("file", text("new"));
    assert.equal(Deno.readTextFileSync(`${root.path}/file`), "new");
    assert(Deno.lstatSync(`${root.path}/file`).isFile);
    assertUntouched(outside);
  });
}

Deno.test("removing a link leaves alone what it leads to", async () => {
  using root = webRoot();
  const outside = neighbour(root);
  Deno.symlinkSync("../etc/passwd", `${root.path}/file`);
  Deno.symlinkSync("../etc", `${root.path}/folder`);
  await using adapter = await root.prepared();
  await adapter.remove?.("file");
  await adapter.remove?.("folder");
  assertUntouched(outside);
});

Deno.test("a link that leads nowhere, or in a circle, cannot be a folder", async () => {
  using root = webRoot();
  Deno.symlinkSync("nowhere", `${root.path}/dangling`);
  Deno.symlinkSync("circle", `${root.path}/circle`);
  await using adapter = await root.prepared();
  await failsWith("not-found", /dangling": no such file/, adapter.put("dangling/x", text("x")));
  await failsWith("target", /circle": .* in a circle/, adapter.put("circle/x", text("x")));
});

Deno.test("listing passes over links", async () => {
  using root = webRoot();
  neighbour(root);
  Deno.mkdirSync(`${root.path}/real`);
  Deno.writeTextFileSync(`${root.path}/real/file`, "x");
  Deno.symlinkSync("../etc", `${root.path}/out`);
  Deno.symlinkSync("real", `${root.path}/in`);
  Deno.symlinkSync("real/file", `${root.path}/alias`);
  await using adapter = await root.open();
  for (
    const [prefix, keys] of [["", ["real/file"]], ["in/", []], ["out/", []], ["a", []]] as const
  ) {
    const found = await Array.fromAsync(adapter.list?.(prefix) ?? []);
    assert.deepEqual(found.map(({ key }) => key), keys);
  }
});

Deno.test("the root itself may be a link", async () => {
  using root = webRoot();
  const link = `${root.outside}/current`;
  Deno.symlinkSync(root.path, link);
  await using adapter = await root.prepared({ root: link });
  await adapter.put("a/b", text("x"));
  Deno.symlinkSync("a", `${root.path}/inside`);
  await adapter.put("inside/c", text("y"));
  assert.equal(adapter.target, `nginx-fs:${link}`);
  assert.equal(Deno.readTextFileSync(`${root.path}/a/c`), "y");
});

Deno.test("a folder under a file's name is in the way, and stays", async () => {
  using root = webRoot();
  Deno.mkdirSync(`${root.path}/name/inner`, { recursive: true });
  await using adapter = await root.prepared();
  const message = /^Cannot write ".*\/name": a folder has that name$/;
  await failsWith("target", message, adapter.put("name", text("x")));
  await failsWith("target", message, async () => await adapter.stage?.("name", text("x")));
  const staged = await adapter.stage?.("late", text("x"));
  Deno.mkdirSync(`${root.path}/late`);
  await failsWith("target", /late": a folder has that name$/, async () => await staged?.publish());
  await staged?.discard();
  assert.equal(await adapter.stat("name"), undefined);
  await adapter.remove?.("name");
  assert(Deno.statSync(`${root.path}/name/inner`).isDirectory);
});

Deno.test("a name that is too long for the file system is told while staging", async () => {
  using root = webRoot();
  await using adapter = await root.prepared();
  for (const key of ["n".repeat(256), `folder/${"é".repeat(128)}`, `${"d".repeat(256)}/x`]) {
    const stage = async () => await adapter.stage?.(key, text("x"));
    await failsWith("invalid-key", /the name is too long for this file system$/, stage);
  }
  assert.deepEqual(root.tree(), [".binimport/", ".binimport/lock", ".binimport/tmp/"]);
});

Deno.test("a file where a folder is needed is in the way, and stays", async () => {
  using root = webRoot();
  Deno.writeTextFileSync(`${root.path}/name`, "old");
  await using adapter = await root.prepared();
  for (const key of ["name/x", "name/x/y"]) {
    const message = /^Cannot write into ".*\/name": it is a file$/;
    await failsWith("target", message, adapter.put(key, text("x")));
    assert.equal(await adapter.stat(key), undefined);
    await failsWith("not-found", /no such file/, adapter.get(key));
  }
  assert.equal(Deno.readTextFileSync(`${root.path}/name`), "old");
  assert.deepEqual([...Deno.readDirSync(`${root.path}/.binimport/tmp`)], []);
});
