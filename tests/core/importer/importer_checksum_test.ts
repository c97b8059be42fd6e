/** What `--checksum` reads. */
import { deepEqual } from "node:assert/strict";
import { memoryAdapter, type MemoryObject } from "../../../adapters/memory.ts";
import { httpFetch } from "../../../core/http/client.ts";
import { importPackages } from "../../../core/importer/importer.ts";
import type { Trust } from "../../../core/importer/known_digests.ts";
import type { StorageAdapter } from "../../../core/storage/adapter.ts";
import { MANIFEST_KEY } from "../../../core/storage/manifest.ts";
import { digestOf } from "../../../core/util/digest.ts";
import { memoryPackage, tarGz } from "../../support/packages.ts";

const archive = tarGz({ large: "x".repeat(2_000_000), small: "1" });

/** Imports it; gives the keys that were written. */
async function importInto(target: StorageAdapter, trust: Trust): Promise<string[]> {
  using fetch = httpFetch();
  const written: string[] = [];
  await importPackages([memoryPackage(archive)], [target], {
    packageOptions: { stripComponents: null, include: [], exclude: [] },
    fetch,
    trust,
    verify: "off",
    emit: (event) => {
      if (event.event === "file" && event.action === "written") written.push(event.key);
    },
  });
  return written.sort();
}

Deno.test("--checksum reads each file once, by digest()", async () => {
  const objects = new Map<string, MemoryObject>();
  const inner = memoryAdapter(objects);
  const read: string[] = [];
  const target: StorageAdapter = {
    ...inner,
    get(key) {
      read.push(`get ${key}`);
      return inner.get(key);
    },
    async digest(key) {
      read.push(`digest ${key}`);
      return await digestOf(await inner.get(key));
    },
  };
  deepEqual(await importInto(target, "record"), ["large", "small"]);
  read.length = 0;
  deepEqual(await importInto(target, "bytes"), []);
  deepEqual(read.sort(), ["digest large", "digest small", `get ${MANIFEST_KEY}`]);

  const etag = objects.get("large")?.etag ?? "";
  objects.set("large", { bytes: new Uint8Array(2_000_000), etag }); // as if nothing had touched it
  deepEqual(await importInto(target, "record"), []);
  deepEqual(await importInto(target, "bytes"), ["large"]);
});
