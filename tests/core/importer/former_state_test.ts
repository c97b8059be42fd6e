/** An import over what an earlier build has left: tests/fixtures/state-1, as commit 4d811c8 wrote it. */
import { deepEqual, match, rejects } from "node:assert/strict";
import { dirname } from "node:path";
import { memoryAdapter } from "../../../adapters/memory.ts";
import { loadManifest, MANIFEST_KEY } from "../../../core/storage/manifest.ts";
import { FORMER_FILES, FORMER_UNCHANGED, importAgain, state } from "../../support/former_state.ts";
import { type WebRoot, webRoot } from "../../support/web_root.ts";

function put({ path }: WebRoot, key: string, bytes: Uint8Array): void {
  Deno.mkdirSync(dirname(`${path}/${key}`), { recursive: true });
  Deno.writeFileSync(`${path}/${key}`, bytes);
}

Deno.test("an earlier build's tree is taken as it is, and its record is brought up to date", async () => {
  using root = webRoot();
  for (const [key, text] of Object.entries(FORMER_FILES)) {
    put(root, key, new TextEncoder().encode(text));
  }
  put(root, MANIFEST_KEY, state("manifest.json"));
  put(root, ".binimport/lock", state("lock"));
  const inodes = () =>
    Object.keys(FORMER_FILES).map((key) => Deno.statSync(`${root.path}/${key}`).ino);
  const before = inodes();
  await using target = await root.open();
  deepEqual(await importAgain(target), FORMER_UNCHANGED);
  deepEqual(inodes(), before);
  const { files, packages } = await loadManifest(target);
  deepEqual([...files.keys()], Object.keys(FORMER_FILES));
  deepEqual(packages.length, 1);
  deepEqual([...files].some(([, { found }]) => found), false); // they are still ours
});

Deno.test("an earlier build's objects are taken as they are", async () => {
  const objects = Object.entries(FORMER_FILES).map(([key, text]) =>
    [key, { bytes: new TextEncoder().encode(text), etag: `of ${key}` }] as const
  );
  const manifest = { bytes: state("manifest.json"), etag: "of the manifest" };
  deepEqual(
    await importAgain(memoryAdapter(new Map([...objects, [MANIFEST_KEY, manifest]]))),
    FORMER_UNCHANGED,
  );
});

Deno.test("the lock of an earlier build that still runs is respected", async () => {
  using root = webRoot();
  put(root, ".binimport/lock", state("lock"));
  using held = Deno.openSync(`${root.path}/.binimport/lock`, { write: true });
  held.lockSync(true);
  await using target = await root.open();
  await rejects(async () => await target.prepare?.(), (error: Error) => {
    match(error.message, /another import holds it.*4796 on vm since 2026-11-30/);
    return true;
  });
});
