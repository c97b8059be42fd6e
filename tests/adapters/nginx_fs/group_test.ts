/** Folders whose group goes to what is made in them: chmod g+s. */
import assert from "node:assert/strict";
import { chmodSync, chownSync, lstatSync, mkdirSync } from "node:fs";
import { registerTest, tool } from "../../support/require.ts";
import { runWithAdapter, text, type WebRoot, webRoot } from "../../support/web_root.ts";

const needs = (program?: string) => [
  ...(Deno.uid() === 0 ? [] : ["needs root, which alone gives folders to any group"]),
  ...(program === undefined || tool(program) ? [] : [`needs ${program}: deno task services`]),
];
const [ROOTS, OTHERS] = [54322, 54323];

function grouped(path: string, gid: number): void {
  chownSync(path, -1, gid);
  chmodSync(path, 0o2775);
}

/** Of each file and folder, its group and mode. */
function groupsIn(root: WebRoot): Record<string, string> {
  return Object.fromEntries(
    root.tree().map((name) => {
      const { gid, mode } = lstatSync(`${root.path}/${name}`);
      return [name, `${gid} ${(mode & 0o7777).toString(8)}`];
    }),
  );
}

registerTest("files and folders get the group of a folder that gives it", needs(), async () => {
  using root = webRoot();
  grouped(root.path, ROOTS);
  mkdirSync(`${root.path}/other`);
  grouped(`${root.path}/other`, OTHERS);
  {
    await using adapter = await root.prepared();
    for (const key of ["a", "new/b/c", "other/d", "other/new/e", "f"]) {
      await adapter.put(key, text("x"));
    }
  }
  assert.deepEqual(groupsIn(root), {
    ".binimport/": `${ROOTS} 2755`,
    ".binimport/lock": `${ROOTS} 600`,
    ".binimport/tmp/": `${ROOTS} 2700`,
    "a": `${ROOTS} 644`,
    "f": `${ROOTS} 644`,
    "new/": `${ROOTS} 2755`,
    "new/b/": `${ROOTS} 2755`,
    "new/b/c": `${ROOTS} 644`,
    "other/": `${OTHERS} 2775`,
    "other/d": `${OTHERS} 644`,
    "other/new/": `${OTHERS} 2755`,
    "other/new/e": `${OTHERS} 644`,
  });
});

registerTest(
  "an owner with a group of its own has it, whatever the folder's",
  needs(),
  async () => {
    using root = webRoot();
    grouped(root.path, ROOTS);
    {
      await using adapter = await root.prepared({ owner: `54321:${OTHERS}` });
      await adapter.put("new/a", text("x"));
    }
    const { "new/": folder, "new/a": file } = groupsIn(root);
    assert.deepEqual([folder, file], [`${OTHERS} 2755`, `${OTHERS} 644`]);
  },
);

registerTest("also to a user who is not in that group", needs("setpriv"), async () => {
  using root = webRoot();
  grouped(root.path, ROOTS);
  const put = 'await adapter.prepare(); await adapter.put("new/a", text("x"));';
  const under = ["setpriv", "--bounding-set=-all", "--inh-caps=-all"]; // root, but no more than a user
  await runWithAdapter(root, `${put} await adapter[Symbol.asyncDispose]();`, { under });
  const { "new/": folder, "new/a": file } = groupsIn(root);
  assert.deepEqual([folder, file], [`${ROOTS} 2755`, `${ROOTS} 644`]);
});
