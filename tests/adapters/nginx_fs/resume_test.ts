/** A run that was killed has left files; the next one uses what is in them. */
import assert from "node:assert/strict";
import { chunkSource } from "../../../core/storage/put_source.ts";
import { noise } from "../../support/chunks.ts";
import { spawnWithAdapter, text, type WebRoot, webRoot } from "../../support/web_root.ts";

const SIZE = 5 * 2 ** 20;
const BYTES = noise(SIZE);

function inPieces(bytes: Uint8Array) {
  return chunkSource(bytes.length, false, async function* () {
    for (let at = 0; at < bytes.length; at += 1 << 20) yield bytes.subarray(at, at + (1 << 20));
  });
}

/** Stages the files in a process that dies of SIGKILL then; gives what it has left. */
async function killed(root: WebRoot, lengths: Readonly<Record<string, number>>): Promise<string[]> {
  const bytes = `${root.path}-bytes`;
  Deno.writeFileSync(bytes, BYTES);
  const child = spawnWithAdapter(
    root,
    `await adapter.prepare();
    const bytes = Deno.readFileSync(${JSON.stringify(bytes)});
    const temporaries = ${JSON.stringify(`${root.path}/.binimport/tmp`)};
    const written = (length) => [...Deno.readDirSync(temporaries)]
      .filter(({ name }) => Deno.statSync(temporaries + "/" + name).size >= length).length;
    for (const [key, length] of Object.entries(${JSON.stringify(lengths)})) {
      const chunks = async function* () {
        yield bytes.subarray(0, length);
        if (length < bytes.length) await new Promise((resolve) => setTimeout(resolve, 60_000));
      };
      const before = written(length);
      const staging = adapter.stage(key, { size: bytes.length, replayable: false, chunks });
      if (length === bytes.length) await staging;
      else while (written(length) <= before) await new Promise((resolve) => setTimeout(resolve, 5));
    }
    console.log("staged");
    await new Promise((resolve) => setTimeout(resolve, 60_000));`,
  );
  const said = child.stdout.getReader();
  await said.read();
  child.kill("SIGKILL");
  await said.cancel();
  await child.stderr.cancel();
  await child.status;
  Deno.removeSync(bytes);
  return left(root);
}

function left({ path }: WebRoot): string[] {
  return [...Deno.readDirSync(`${path}/.binimport/tmp`)].map(({ name }) => name);
}

const inode = (path: string) => Deno.statSync(path).ino;

Deno.test("what a killed import staged, whole or in part, is not written again", async () => {
  using root = webRoot();
  const names = await killed(root, { "a/whole": SIZE, "a/part": 2 << 20 });
  assert.equal(names.length, 2);
  const inodes = names.map((name) => inode(`${root.path}/.binimport/tmp/${name}`)).sort();
  await using adapter = await root.prepared();
  for (const key of ["a/whole", "a/part"]) {
    await (await adapter.stage?.(key, inPieces(BYTES)))?.publish();
    assert.deepEqual(Deno.readFileSync(`${root.path}/${key}`), BYTES);
  }
  const used = ["a/whole", "a/part"].map((key) => inode(`${root.path}/${key}`)).sort();
  assert.deepEqual(used, inodes);
});

Deno.test("what was left counts for its bytes only: others are written over", async () => {
  using root = webRoot();
  await killed(root, { file: SIZE });
  const other = new Uint8Array(BYTES.subarray(0, SIZE - 100));
  other[3 << 20] = (other[3 << 20] ?? 0) ^ 1;
  await using adapter = await root.prepared();
  await adapter.put("file", inPieces(other));
  assert.deepEqual(Deno.readFileSync(`${root.path}/file`), other);
});

Deno.test("what was left for files that are not imported is gone when the import has ended", async () => {
  using root = webRoot();
  await killed(root, { forgotten: SIZE });
  {
    await using adapter = await root.prepared();
    await adapter.put("other", inPieces(BYTES));
  }
  assert.deepEqual(left(root), []);
});

Deno.test("what is kept when the import is stopped is taken up, and after a week no more", async () => {
  for (const [days, taken] of [[6, true], [8, false]] as const) {
    using root = webRoot();
    {
      await using adapter = await root.prepared();
      await adapter.stage?.("file", inPieces(BYTES));
      await adapter.stage?.("small", inPieces(BYTES.subarray(0, 100)));
      adapter.keepStaged?.();
    }
    const [name = "", ...others] = left(root);
    assert.deepEqual(others, []);
    const path = `${root.path}/.binimport/tmp/${name}`;
    const then = Date.now() / 1000 - days * 86_400;
    Deno.utimeSync(path, then, then);
    const kept = inode(path);
    await using adapter = await root.prepared();
    assert.equal(left(root).length, taken ? 1 : 0);
    await (await adapter.stage?.("file", inPieces(BYTES)))?.publish();
    assert(!taken || inode(`${root.path}/file`) === kept);
    assert.deepEqual(Deno.readFileSync(`${root.path}/file`), BYTES);
  }
});

Deno.test("a link in the place of what was left is not written through", async () => {
  using root = webRoot();
  const [name = ""] = await killed(root, { file: SIZE });
  const precious = `${root.path}-precious`;
  for (const link of [Deno.linkSync, Deno.symlinkSync]) {
    Deno.writeTextFileSync(precious, "precious");
    const path = `${root.path}/.binimport/tmp/${name}`;
    Deno.removeSync(path);
    link(precious, path);
    {
      await using adapter = await root.prepared();
      await adapter.put("file", inPieces(BYTES));
    }
    assert.equal(Deno.readTextFileSync(precious), "precious");
    assert.deepEqual(Deno.readFileSync(`${root.path}/file`), BYTES);
    Deno.writeTextFileSync(path, ""); // for the next round
  }
  Deno.removeSync(precious);
});

for (const [what, source] of Object.entries({ long: inPieces(BYTES), short: text("content") })) {
  Deno.test(`a ${what} file has an etag at once, which a later write changes`, async () => {
    using root = webRoot();
    await using adapter = await root.prepared();
    const staged = await adapter.stage?.("file", source) ?? assert.fail();
    await new Promise((resolve) => setTimeout(resolve, 50));
    const { etag } = await staged.publish();
    assert.equal(typeof etag, "string");
    await new Promise((resolve) => setTimeout(resolve, 1100));
    assert.equal((await adapter.stat("file"))?.etag, etag);
    using file = Deno.openSync(`${root.path}/file`, { write: true });
    file.writeSync(new Uint8Array(5));
    await new Promise((resolve) => setTimeout(resolve, 1100));
    assert.notEqual((await adapter.stat("file"))?.etag, etag);
  });

  Deno.test(`a ${what} file that somebody writes to before it has its name has no etag`, async () => {
    using root = webRoot();
    await using adapter = await root.prepared();
    const staged = await adapter.stage?.("file", source) ?? assert.fail();
    await new Promise((resolve) => setTimeout(resolve, 50));
    const folder = `${root.path}/.binimport/tmp`;
    for (const { name } of Deno.readDirSync(folder)) {
      using file = Deno.openSync(`${folder}/${name}`, { write: true });
      file.writeSync(new Uint8Array(5));
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
    assert.equal((await staged.publish()).etag, undefined);
  });
}
