import assert from "node:assert/strict";
import type { StorageAdapter } from "../../../core/storage/adapter.ts";
import { bytesSource, chunkSource, objectDigest } from "../../../core/storage/put_source.ts";
import { sha256Of } from "../../../core/util/digest.ts";
import { collect } from "../../support/chunks.ts";
import { conformance } from "../../support/conformance.ts";
import { failsWith } from "../../support/fails_with.ts";
import { runWithAdapter, text, webRoot } from "../../support/web_root.ts";

/** What `prepare` makes. */
const STATE = [".binimport/", ".binimport/lock", ".binimport/tmp/"];

Deno.test("nginx-fs conforms", async (t) => {
  using root = webRoot();
  const open = () => root.open({ url: "http://10.6.170.10:8080/files" });
  await conformance(t, { open, secrets: ["hush"], partSize: 512 * 1024 });
  assert.deepEqual([...Deno.readDirSync(`${root.path}/.binimport/tmp`)], []);
});

Deno.test("reading needs no prepare and writes nothing", async () => {
  using root = webRoot();
  Deno.writeTextFileSync(`${root.path}/there`, "content");
  {
    await using adapter = await root.open();
    assert.equal((await adapter.stat("there"))?.size, 7);
    assert.equal(await adapter.stat("missing/too"), undefined);
    assert.equal((await collect(await adapter.get("there"))).length, 7);
    await failsWith("not-found", /no such file$/, adapter.get("missing"));
    assert.equal((await Array.fromAsync(adapter.list?.("") ?? [])).length, 1);
  }
  assert.deepEqual(root.tree(), ["there"]);
});

Deno.test("a digest is of regular files alone, and is left to get() after the end", async () => {
  using root = webRoot();
  const bytes = new Uint8Array(3_000_000).fill(7);
  Deno.writeFileSync(`${root.path}/there`, bytes);
  Deno.symlinkSync("there", `${root.path}/link`);
  const adapter = await root.open();
  const expected = { sha256: sha256Of(bytes), size: bytes.length };
  const found = await Promise.all([1, 2, 3, 4].map(() => adapter.digest?.("there")));
  assert.deepEqual(found, [expected, expected, expected, expected]);
  for (const key of ["missing", "link"]) {
    await failsWith("not-found", /no such file$/, async () => await adapter.digest?.(key));
  }
  const stopped = AbortSignal.abort(new Error("stopped"));
  await assert.rejects(async () => await adapter.digest?.("there", { signal: stopped }), /stopped/);
  await adapter[Symbol.asyncDispose]();
  assert.equal(await adapter.digest?.("there"), undefined);
});

Deno.test("a reader sees what is imported while he looks", async () => {
  using root = webRoot();
  await using reader = await root.open();
  assert.equal(await reader.stat("a/b"), undefined);
  {
    await using writer = await root.prepared();
    assert.equal(await writer.stat("a/b"), undefined);
    await writer.put("a/b", text("x"));
    assert.equal((await writer.stat("a/b"))?.size, 1);
  }
  assert.equal((await reader.stat("a/b"))?.size, 1);
});

Deno.test("writing without prepare is refused", async () => {
  using root = webRoot();
  await using adapter = await root.open();
  await failsWith("target", /is not prepared$/, adapter.put("a", text("a")));
  await failsWith("target", /is not prepared$/, async () => await adapter.stage?.("a", text("a")));
  await failsWith("target", /is not prepared$/, async () => await adapter.remove?.("a"));
  assert.deepEqual(root.tree(), []);
});

Deno.test("what is written is readable by everyone, whatever the umask", async () => {
  using root = webRoot();
  const umask = ["sh", "-c", 'umask 077; exec "$0" "$@"'];
  await runWithAdapter(
    root,
    `
    await adapter.prepare();
    await adapter.put("a/b/c", text("x"));
    await adapter.put(".binimport/manifest.json", text("{}"));`,
    { under: umask },
  );
  const modes = ["a", "a/b", "a/b/c", ".binimport", ".binimport/manifest.json", ".binimport/tmp"]
    .map((path) => ((Deno.statSync(`${root.path}/${path}`).mode ?? 0) & 0o7777).toString(8));
  assert.deepEqual(modes, ["755", "755", "644", "755", "644", "700"]);
});

Deno.test("mode keep keeps what the package says, as far as it is safe and readable", async () => {
  using root = webRoot();
  const modeOf = (key: string) => (Deno.statSync(`${root.path}/${key}`).mode ?? 0) & 0o7777;
  await using adapter = await root.prepared({ mode: "keep" });
  for (const [mode, kept] of [[0o755, 0o755], [0o600, 0o644], [0o6777, 0o777], [0, 0o644]]) {
    await adapter.put("file", text("x"), { ...(mode !== undefined && { mode }) });
    assert.equal(modeOf("file"), kept);
  }
  await adapter.put("without", text("x"));
  assert.equal(modeOf("without"), 0o644);
});

Deno.test("mode 0644 is for every file, whatever the package says", async () => {
  using root = webRoot();
  await using adapter = await root.prepared();
  await adapter.put("file", text("x"), { mode: 0o4755 });
  assert.equal((Deno.statSync(`${root.path}/file`).mode ?? 0) & 0o7777, 0o644);
});

Deno.test({
  name: "owner is whom new files and folders belong to",
  ignore: Deno.uid() !== 0,
  async fn() {
    using root = webRoot();
    await using adapter = await root.prepared({ owner: "1234:5678" });
    await adapter.put("folder/file", text("x"));
    for (const path of ["folder", "folder/file"]) {
      const { uid, gid } = Deno.statSync(`${root.path}/${path}`);
      assert.deepEqual({ uid, gid }, { uid: 1234, gid: 5678 });
    }
    assert.equal(Deno.statSync(root.path).uid, 0);
  },
});

Deno.test("names that are kept for binimport are refused, and never listed", async () => {
  using root = webRoot();
  await using adapter = await root.prepared();
  await adapter.put(".binimport/manifest.json", text("{}"));
  const staged = await adapter.stage?.("staged", text("x"));
  for (const key of [".binimport", ".binimport/lock", ".binimport/tmp", ".binimport/tmp/x"]) {
    await failsWith("invalid-key", /kept for binimport/, adapter.put(key, text("x")));
    await failsWith("invalid-key", /kept for binimport/, async () => await adapter.remove?.(key));
    await failsWith("invalid-key", /kept for binimport/, adapter.get(key));
  }
  await adapter.put(".binimporter", text("x"));
  const list = async (prefix: string) =>
    (await Array.fromAsync(adapter.list?.(prefix) ?? [])).map(({ key }) => key);
  assert.deepEqual(await list(""), [".binimporter"]);
  assert.deepEqual(await list(".binimport"), [".binimporter"]);
  assert.deepEqual(await list(".binimport/"), [".binimport/manifest.json"]);
  assert.deepEqual(await list(".binimport/t"), []);
  await staged?.discard();
});

Deno.test("folders that get empty are removed, others stay", async () => {
  using root = webRoot();
  await using adapter = await root.prepared();
  for (const key of ["a/b/c/d", "a/e", "f"]) await adapter.put(key, text("x"));
  await adapter.remove?.("a/b/c/d");
  assert.deepEqual(root.tree(), [...STATE, "a/", "a/e", "f"]);
  await adapter.put("a/b/c/d", text("again"));
  for (const key of ["a/b/c/d", "a/e", "f"]) await adapter.remove?.(key);
  assert.deepEqual(root.tree(), STATE);
});

Deno.test("a folder that somebody removes meanwhile is made again", async () => {
  using root = webRoot();
  await using adapter = await root.prepared();
  await adapter.put("a/b/first", text("x"));
  const staged = await adapter.stage?.("a/b/second", text("y"));
  Deno.removeSync(`${root.path}/a`, { recursive: true });
  await staged?.publish();
  assert.equal(Deno.readTextFileSync(`${root.path}/a/b/second`), "y");
});

Deno.test("a file of many chunks can be read in part, and in whole", async () => {
  using root = webRoot();
  await using adapter = await root.prepared();
  const size = 20_000_000;
  const chunks = async function* () {
    for (let at = 0; at < size; at += 1_000_000) yield new Uint8Array(1_000_000).fill(at / 1e6);
  };
  await adapter.put("large", chunkSource(size, true, chunks));
  for await (const _ of await adapter.get("large")) break;
  assert.deepEqual(await collect(await adapter.get("large")), await collect(chunks()));
});

Deno.test("files have digests, whether short, long or none", async () => {
  using root = webRoot();
  await using adapter = await root.open();
  for (const size of [0, 2 ** 20 - 1, 2 ** 20, 3_000_000]) {
    const bytes = new Uint8Array(size).fill(7);
    Deno.writeFileSync(`${root.path}/file`, bytes);
    assert.deepEqual(await adapter.digest?.("file"), { sha256: sha256Of(bytes), size });
  }
  await failsWith("not-found", /no such file$/, objectDigest(adapter, "missing", {}));
  const stopped = AbortSignal.abort(new Error("stopped"));
  await assert.rejects(objectDigest(adapter, "file", { signal: stopped }), /stopped/);
});

const reads: Readonly<Record<string, (adapter: StorageAdapter) => Promise<unknown>>> = {
  "a body": async (adapter) => await new Response(await adapter.get("a")).bytes(),
  "a list": async (adapter) => await Array.fromAsync(adapter.list?.("") ?? []),
};

for (const [what, read] of Object.entries(reads)) {
  Deno.test(`timers and signals have their turn while ${what} is asked for again and again`, async () => {
    using root = webRoot();
    await using adapter = await root.prepared();
    await adapter.put("a", bytesSource(new Uint8Array(1000)));
    // The first turn is there at once; those that follow came three seconds later.
    for (let turn = 0; turn < 5; turn++) {
      let fired = false;
      setTimeout(() => fired = true, 0);
      for (let i = 0; i < 100_000 && !fired; i++) await read(adapter);
      assert(fired);
    }
  });
}

Deno.test("a file that grew since it was looked at is read to its end", async () => {
  using root = webRoot();
  await using adapter = await root.open();
  Deno.writeTextFileSync(`${root.path}/log`, "one");
  const body = await adapter.get("log");
  Deno.writeTextFileSync(`${root.path}/log`, "one two three");
  assert.equal(await new Response(body).text(), "one two three");
});
