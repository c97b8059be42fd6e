/** Claiming a root: what may be in the way, the lock, and what a killed run left. */
import assert from "node:assert/strict";
import { failsWith } from "../../support/fails_with.ts";
import { runWithAdapter, spawnWithAdapter, text, webRoot } from "../../support/web_root.ts";

Deno.test("a root that is not there is not made", async () => {
  using root = webRoot();
  const missing = `${root.path}/missing`;
  await using adapter = await root.open({ root: missing });
  const prepare = async () => await adapter.prepare?.();
  const error = await failsWith("not-found", /^Cannot write into ".*missing": no such/, prepare);
  assert.match(error.hint ?? "", /mkdir/);
  assert.equal(await adapter.stat("a"), undefined);
  await failsWith("not-found", /no such file/, adapter.get("a"));
  const list = async () => await Array.fromAsync(adapter.list?.("") ?? []);
  await failsWith("not-found", /^Cannot list ".*missing": no such folder/, list);
  assert.deepEqual(root.tree(), []);
  Deno.mkdirSync(missing);
  await prepare();
  await adapter.put("a", text("x"));
});

Deno.test("a root that is a file is refused", async () => {
  using root = webRoot();
  Deno.writeTextFileSync(`${root.path}/file`, "old");
  await using adapter = await root.open({ root: `${root.path}/file` });
  await failsWith("target", /file": it is no folder$/, async () => await adapter.prepare?.());
});

Deno.test("a lock with another name is refused, and its bytes stay", async () => {
  using root = webRoot();
  Deno.writeTextFileSync(`${root.outside}/victim`, "old");
  Deno.mkdirSync(`${root.path}/.binimport`);
  Deno.linkSync(`${root.outside}/victim`, `${root.path}/.binimport/lock`);
  await using adapter = await root.open();
  await failsWith("target", /lock" is no file of its own$/, async () => await adapter.prepare?.());
  assert.equal(Deno.readTextFileSync(`${root.outside}/victim`), "old");
});

for (const name of [".binimport", ".binimport/tmp", ".binimport/lock"]) {
  Deno.test(`a link under the name ${name} is refused`, async () => {
    using root = webRoot();
    Deno.writeTextFileSync(`${root.outside}/victim`, "old");
    Deno.mkdirSync(`${root.outside}/folder`);
    if (name !== ".binimport") Deno.mkdirSync(`${root.path}/.binimport`);
    const target = name.endsWith("lock") ? "victim" : "folder";
    Deno.symlinkSync(`${root.outside}/${target}`, `${root.path}/${name}`);
    await using adapter = await root.open();
    await failsWith("target", / is no /, async () => await adapter.prepare?.());
    assert.equal(Deno.readTextFileSync(`${root.outside}/victim`), "old");
    assert.deepEqual([...Deno.readDirSync(`${root.outside}/folder`)], []);
  });
}

Deno.test("a second import into one root is refused, and told who holds it", async () => {
  using root = webRoot();
  await using first = await root.prepared();
  await using second = await root.open();
  const holder = `\\(process ${Deno.pid} on [\\w.-]+ since [\\dT:.-]+Z\\)`;
  const message = new RegExp(`^Cannot lock "${root.path}": another import holds it ${holder}$`);
  const error = await failsWith("locked", message, async () => await second.prepare?.());
  assert.match(error.hint ?? "", /--lock-wait/);
  await first.put("a", text("x"));
  assert.equal((await second.stat("a"))?.size, 1);
});

Deno.test("a lock file that somebody else wrote is not quoted", async () => {
  using root = webRoot();
  await using _first = await root.prepared();
  Deno.writeTextFileSync(`${root.path}/.binimport/lock`, "\x1b[2J boo");
  await using second = await root.open();
  await failsWith("locked", /another import holds it$/, async () => await second.prepare?.());
});

Deno.test("an import may wait for the one before it", async () => {
  using root = webRoot();
  const first = await root.prepared();
  const kept = await first.stage?.("kept", text("x"));
  await using second = await root.open({ lockWait: "1m" });
  const waiting = second.prepare?.();
  await kept?.publish();
  await first[Symbol.asyncDispose]();
  await waiting;
  assert.equal((await second.stat("kept"))?.size, 1);
});

Deno.test("waiting for the lock can be aborted", async () => {
  using root = webRoot();
  await using _first = await root.prepared();
  await using second = await root.open({ lockWait: "1h" });
  const controller = new AbortController();
  const waiting = second.prepare?.({ signal: controller.signal });
  controller.abort(new Error("enough"));
  await assert.rejects(async () => await waiting, { message: "enough" });
});

Deno.test("two calls of prepare side by side take one lock", async () => {
  using root = webRoot();
  await using adapter = await root.open();
  await Promise.all([adapter.prepare?.(), adapter.prepare?.()]);
  await adapter.put("a", text("x"));
});

Deno.test("what was staged and never published is removed on dispose", async () => {
  using root = webRoot();
  {
    await using adapter = await root.prepared();
    await adapter.stage?.("a/b", text("x"));
  }
  assert.deepEqual(root.tree(), [".binimport/", ".binimport/lock", ".binimport/tmp/"]);
});

Deno.test("a run that was killed leaves old files whole and blocks nobody", async () => {
  using root = webRoot();
  {
    await using before = await root.prepared();
    await before.put("file", text("old"));
  }
  await using child = spawnWithAdapter(
    root,
    `await adapter.prepare();
    await adapter.stage("other", text("staged"));
    const chunks = async function* () {
      yield new Uint8Array(1000);
      console.log("writing");
      await new Promise((resolve) => setTimeout(resolve, 1e9));
    };
    await adapter.put("file", { size: 2000, replayable: false, chunks });`,
  );
  for await (const _ of child.stdout) break;
  await child.stderr.cancel();
  const left = () => [...Deno.readDirSync(`${root.path}/.binimport/tmp`)].length;
  assert.equal(left(), 2);
  await using blocked = await root.open();
  const byChild = new RegExp(`process ${child.pid} on`);
  await failsWith("locked", byChild, async () => await blocked.prepare?.());
  child.kill("SIGKILL");
  await child.status;
  assert.equal(left(), 2);
  assert.equal(Deno.readTextFileSync(`${root.path}/file`), "old");
  await using _after = await root.prepared();
  assert.equal(left(), 0);
});

Deno.test("the lock holds between processes", async () => {
  using root = webRoot();
  await using _first = await root.prepared();
  const code = await runWithAdapter(
    root,
    `try { await adapter.prepare() } catch (error) { console.log(error.code) }`,
  );
  assert.equal(code.trim(), "locked");
});
