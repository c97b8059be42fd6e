/** What disks do: they fill up, are read-only, belong to others, and lose power. */
import assert from "node:assert/strict";
import { lateErrors } from "../../../adapters/nginx_fs/file_system.ts";
import { testWithTools, tool } from "../../support/require.ts";
import { readTrace, traced } from "../../support/system_calls.ts";
import {
  type ProcessOptions,
  runWithAdapter,
  text,
  type WebRoot,
  webRoot,
} from "../../support/web_root.ts";

/** Mounts of its own for one process: no trace of them is left, and no rights are needed. */
const unshare = ["unshare", "--map-root-user", "--mount"];

function works([command = "", ...args]: readonly string[]): boolean {
  return tool(command) !== undefined && new Deno.Command(command, { args }).outputSync().success;
}

/** Registers a test that mounts; skipped by name where this is not permitted. */
function testWithMounts(name: string, fn: () => Promise<void>): void {
  const ignore = !works([...unshare, "true"]);
  const reason = ignore ? ` (skipped: ${unshare.join(" ")} is not permitted here)` : "";
  Deno.test({ name: name + reason, ignore, fn });
}

/** Runs under a shell script that ends in the process. */
function under(script: string, ...prefix: string[]): ProcessOptions {
  return { under: [...prefix, "sh", "-ec", `${script}; exec "$0" "$@"`] };
}

/** Runs the code, which gives back a value; that value. */
async function valueOf(root: WebRoot, code: string, options: ProcessOptions): Promise<unknown> {
  const outcome = `
    const failure = async (call) => {
      try { await call(); } catch ({ code, message, hint }) { return { code, message, hint }; }
    };
    const tmp = () => [...Deno.readDirSync(${
    JSON.stringify(`${root.path}/.binimport/tmp`)
  })].length;
    console.log(JSON.stringify(await (async () => { ${code} })()));`;
  return JSON.parse(await runWithAdapter(root, outcome, options));
}

testWithMounts("a full disk is told, the old file stays, nothing is left", async () => {
  using root = webRoot();
  const full = under(`mount -t tmpfs -o size=1m none ${root.path}`, ...unshare);
  const result = await valueOf(
    root,
    `await adapter.prepare();
    await adapter.put("file", text("old"));
    const large = text("x".repeat(3_000_000));
    const put = await failure(() => adapter.put("file", large));
    const stage = await failure(() => adapter.stage("other", large));
    await adapter.put("small", text("x".repeat(500_000)));
    return { put, stage, tmp: tmp(), old: await new Response(await adapter.get("file")).text() };`,
    full,
  );
  const hint = "Make room, then run the import again: what is complete is not written twice.";
  const failure = (name: string) => ({
    code: "no-space",
    message:
      `Cannot write "${root.path}/${name}": no space left on the device: 3.0 MB are needed, 1.0 MB are free`,
    hint,
  });
  assert.deepEqual(result, { put: failure("file"), stage: failure("other"), tmp: 0, old: "old" });
});

testWithMounts("room is what is free, and what a killed run has left", async () => {
  using root = webRoot();
  const full = under(`mount -t tmpfs -o size=1m none ${root.path}`, ...unshare);
  const left = JSON.stringify(`${root.path}/.binimport/tmp/left`);
  const result = await valueOf(
    root,
    `const fresh = await adapter.freeSpace();
    await adapter.prepare();
    Deno.writeFileSync(${left}, new Uint8Array(300_000));
    const left = await adapter.freeSpace();
    await adapter.put("file", text("x".repeat(500_000)));
    return { fresh, kept: fresh - left < 10_000, used: fresh - await adapter.freeSpace() >= 500_000 };`,
    full,
  );
  assert.deepEqual(result, { fresh: 1024 * 1024, kept: true, used: true });
});

testWithMounts("a read-only file system is told before anything is read", async () => {
  using root = webRoot();
  const readOnly = under(`mount -t tmpfs -o ro none ${root.path}`, ...unshare);
  const result = await valueOf(root, `return await failure(() => adapter.prepare());`, readOnly);
  assert.deepEqual(result, {
    code: "forbidden",
    message: `Cannot make the folder "${root.path}/.binimport": the file system is read-only`,
    hint: "Mount it writable, or give another --root.",
  });
});

testWithMounts("a folder on another file system is told while staging", async () => {
  using root = webRoot();
  Deno.mkdirSync(`${root.path}/disk`);
  const mounted = under(`mount -t tmpfs none ${root.path}/disk`, ...unshare);
  const result = await valueOf(
    root,
    `await adapter.prepare();
    const { code, message } = await failure(() => adapter.stage("disk/a/b", text("x")));
    await adapter.put("beside", text("x"));
    return { code, message, tmp: tmp() };`,
    mounted,
  );
  const state = "it is a mount of its own";
  const message = `Cannot write into "${root.path}/disk": ${state}`;
  assert.deepEqual(result, { code: "target", message, tmp: 0 });
});

testWithMounts(
  "a mount of the root's own file system is told before anything is staged",
  async () => {
    using root = webRoot();
    Deno.mkdirSync(`${root.path}/bound/deep`, { recursive: true });
    Deno.mkdirSync(`${root.outside}/other`);
    const mounted = under(`mount --bind ${root.outside}/other ${root.path}/bound`, ...unshare);
    const result = await valueOf(
      root,
      `const told = async (call) => (await failure(call))?.message;
    const dry = await told(() => adapter.checkPut("bound/deep/b"));
    await adapter.prepare();
    const staged = await told(() => adapter.stage("bound/deep/b", text("x")));
    await adapter.put("beside", text("x"));
    return { dry, staged, tmp: tmp() };`,
      mounted,
    );
    const message = `Cannot write into "${root.path}/bound": it is a mount of its own`;
    assert.deepEqual(result, { dry: message, staged: message, tmp: 0 });
    assert.deepEqual([...Deno.readDirSync(`${root.outside}/other`)], []);
  },
);

// Root may do anything, unless it has no capabilities.
const unprivileged = Deno.uid() === 0 ? ["setpriv", "--bounding-set=-all", "--inh-caps=-all"] : [];

testWithTools("a root of somebody else is told before anything is read", [
  ...unprivileged.slice(0, 1),
], async () => {
  using root = webRoot();
  Deno.chmodSync(root.path, 0o555);
  const result = await valueOf(root, `return await failure(() => adapter.prepare());`, {
    under: unprivileged,
  });
  Deno.chmodSync(root.path, 0o755);
  assert.deepEqual(result, {
    code: "forbidden",
    message: `Cannot make the folder "${root.path}/.binimport": permission denied`,
    hint: "Run as a user who may write there, or change the folder's permissions.",
  });
});

testWithTools("folders that may not be entered or written to are told", [
  ...unprivileged.slice(0, 1),
], async () => {
  using root = webRoot();
  Deno.mkdirSync(`${root.path}/closed`);
  Deno.mkdirSync(`${root.path}/shut`);
  Deno.chmodSync(`${root.path}/closed`, 0o555);
  Deno.chmodSync(`${root.path}/shut`, 0o000);
  const result = await valueOf(
    root,
    `await adapter.prepare();
    const codes = [];
    const calls = [
      () => adapter.put("closed/x", text("x")),
      () => adapter.put("shut/x", text("x")),
      () => adapter.stat("shut/x"),
      () => adapter.get("shut/x"),
      () => Array.fromAsync(adapter.list("")),
    ];
    for (const call of calls) codes.push((await failure(call))?.code);
    return { codes, missing: await adapter.stat("closed/x") ?? null, tmp: tmp() };`,
    { under: unprivileged },
  );
  Deno.chmodSync(`${root.path}/shut`, 0o755);
  const codes = Array.from({ length: 5 }, () => "forbidden");
  assert.deepEqual(result, { codes, missing: null, tmp: 0 });
});

testWithTools("with fsync a file is on the disk before its name, and then its folders", [
  "strace",
], async () => {
  using root = webRoot();
  const trace = `${root.outside}/trace`;
  const calls = ["fsync", "rename", "renameat", "renameat2", "mkdir", "mkdirat"];
  await runWithAdapter(root, `await adapter.prepare(); await adapter.put("a/b", text("x"));`, {
    under: traced({ trace, calls }),
    input: { fsync: true },
  });
  const order = readTrace(trace)
    .filter(({ name }) => /fsync|rename|mkdir/.test(name))
    .map(({ name, paths }) => ({ name, path: paths.at(-1) ?? "" }))
    .filter(({ path }) => path.startsWith(root.path) && !/binimport(\/tmp)?$/.test(path))
    .map(({ name, path }) => `${name} ${path.slice(root.path.length + 1)}`);
  assert.equal(order.length, 5);
  assert.match(order[0] ?? "", /^fsync \.binimport\/tmp\//);
  assert.deepEqual(order.slice(1), ["mkdir a", "fsync ", "rename a/b", "fsync a"]);
});

Deno.test("file systems that tell late are known by their number", () => {
  const types = { NFS: 0x6969, CIFS: 0xff534d42, SMB: 0xfe534d42, FUSE: 0x65735546 };
  for (const [name, type] of Object.entries(types)) assert.equal(lateErrors("/", () => type), name);
  const local = { ext4: 0xef53, xfs: 0x58465342, btrfs: 0x9123683e, tmpfs: 0x01021994 };
  for (const type of Object.values(local)) assert.equal(lateErrors("/", () => type), undefined);
  assert.equal(lateErrors("/proc"), undefined);
});

Deno.test("an etag is given once a further touch could be told, and tells it", async () => {
  using root = webRoot();
  await using adapter = await root.prepared();
  const path = `${root.path}/file`;
  const settled = () => new Promise((resolve) => setTimeout(resolve, 1100));
  const put = await adapter.put("file", text("first"));
  await settled();
  const first = await adapter.stat("file");
  const times = Deno.statSync(path);
  Deno.writeTextFileSync(path, "other");
  Deno.utimeSync(path, times.atime ?? 0, times.mtime ?? 0);
  const touched = await adapter.stat("file");
  await settled();
  const second = await adapter.stat("file");
  assert.equal(touched?.etag, undefined);
  assert.equal(typeof first?.etag, "string");
  // It has one at once only if 20 ms have gone by, and then the same.
  assert([undefined, first?.etag].includes(put.etag));
  assert.equal(typeof second?.etag, "string");
  assert.notEqual(first?.etag, second?.etag);
  assert.deepEqual([first?.size, second?.size], [5, 5]);
});
