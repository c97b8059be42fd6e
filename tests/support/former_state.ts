/** What commit 4d811c8 left in a web root and in a bucket of MinIO: tests/fixtures/state-1. */
import assert from "node:assert/strict";
import { httpFetch } from "../../core/http/client.ts";
import { importPackages } from "../../core/importer/importer.ts";
import type { StorageAdapter } from "../../core/storage/adapter.ts";
import { memoryPackage } from "./packages.ts";

/** One of the files that were recorded. */
export function state(name: string): Uint8Array<ArrayBuffer> {
  return Deno.readFileSync(new URL(`../fixtures/state-1/${name}`, import.meta.url));
}

/** What it imported, by key. */
export const FORMER_FILES: Readonly<Record<string, string>> = {
  "dl.k8s.io/release/v1.32.4/bin/linux/amd64/kubelet": "kubelet 1.32.4\n",
  "files/ä/notes.txt": "a text\n",
  "files/empty": "",
};

/** Imports the same package again; gives what becomes of each file. */
export async function importAgain(target: StorageAdapter): Promise<Record<string, string>> {
  using fetch = httpFetch();
  const actions: Record<string, string> = {};
  const { summary } = await importPackages([memoryPackage(state("package.tar.gz"))], [target], {
    packageOptions: { stripComponents: null, include: [], exclude: [] },
    fetch,
    emit: (event) => {
      if (event.event === "file") actions[event.key] = event.action;
    },
  });
  assert.equal(summary.ok, true);
  return actions;
}

/** What is to become of each of them. */
export const FORMER_UNCHANGED: Readonly<Record<string, string>> = Object.fromEntries(
  Object.keys(FORMER_FILES).map((key) => [key, "unchanged"]),
);
