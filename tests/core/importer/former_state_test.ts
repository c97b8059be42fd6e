/** An import over what an earlier build has left: tests/fixtures/state-1, as commit 4d811c8 wrote it. */
import { deepEqual, match, rejects } from "node:assert/strict";
import { dirname } from "node:path";
import { memoryAdapter } from "../../../adapters/memory.ts";
import { httpFetch } from "../../../core/http/client.ts";
import { importPackages } from "../../../core/importer/importer.ts";
import type { StorageAdapter } from "../../../core/storage/adapter.ts";
import { loadManifest, MANIFEST_KEY } from "../../../core/storage/manifest.ts";
import { memoryPackage } from "../../support/packages.ts";
import { type WebRoot, webRoot } from "../../support/web_root.ts";

const state = (name: string) =>
  Deno.readFileSync(new URL(`../../fixtures/state-1/${name}`, import.meta.url));

const FILES: Readonly<Record<string, string>> = {
  "dl.k8s.io/release/v1.32.4/bin/linux/amd64/kubelet": "kubelet 1.32.4\n",
  "files/ä/notes.txt": "a text\n",
  "files/empty": "",
};

function put({ path }: WebRoot, key: string, bytes: Uint8Array): void {
  Deno.mkdirSync(dirname(`${path}/${key}`), { recursive: true });
  Deno.writeFileSync(`${path}/${key}`, bytes);
}

/** What becomes of each file. */
async function importInto(target: StorageAdapter): Promise<Record<string, string>> {
  using fetch = httpFetch();
  const actions: Record<string, string> = {};
  const { summary } = await importPackages([memoryPackage(state("package.tar.gz"))], [target], {
    packageOptions: { stripComponents: null, include: [], exclude: [] },
    fetch,
    emit: (event) => {
      if (event.event === "file") actions[event.key] = event.action;
    },
  });
  deepEqual(summary.ok, true);
  return actions;
}

const UNCHANGED = Object.fromEntries(Object.keys(FILES).map((key) => [key, "unchanged"]));

Deno.test("an earlier build's tree is taken as it is, and its record is brought up to date", async () => {
  using root = webRoot();
  for (const [key, text] of Object.entries(FILES)) put(root, key, new TextEncoder().encode(text));
  put(root, MANIFEST_KEY, state("manifest.json"));
  put(root, ".binimport/lock", state("lock"));
  const inodes = () => Object.keys(FILES).map((key) => Deno.statSync(`${root.path}/${key}`).ino);
  const before = inodes();
  await using target = await root.open();
  deepEqual(await importInto(target), UNCHANGED);
  deepEqual(inodes(), before);
  const { files, packages } = await loadManifest(target);
  deepEqual([...files.keys()], Object.keys(FILES));
  deepEqual(packages.length, 1);
  deepEqual([...files.values()].some(({ found }) => found), false); // they are still ours
});

Deno.test("an earlier build's objects are taken as they are", async () => {
  const objects = Object.entries(FILES).map(([key, text]) =>
    [key, { bytes: new TextEncoder().encode(text), etag: `of ${key}` }] as const
  );
  const manifest = { bytes: state("manifest.json"), etag: "of the manifest" };
  deepEqual(
    await importInto(memoryAdapter(new Map([...objects, [MANIFEST_KEY, manifest]]))),
    UNCHANGED,
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
