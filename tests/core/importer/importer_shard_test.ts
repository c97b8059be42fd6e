import { deepEqual, equal } from "node:assert/strict";
import { memoryAdapter, type MemoryObject } from "../../../adapters/memory.ts";
import { httpFetch } from "../../../core/http/client.ts";
import { importPackages } from "../../../core/importer/importer.ts";
import { loadManifest } from "../../../core/storage/manifest.ts";
import { noise } from "../../support/chunks.ts";
import { memoryPackage, tarGz } from "../../support/packages.ts";

const FILES = Object.fromEntries(
  Array.from({ length: 30 }, (_, i) => [`a/${i}`, i % 10 === 0 ? noise(1_500_000) : `file ${i}`]),
);
const LINKS = Array.from({ length: 10 }, (_, i) => ({
  name: `offline-files/link/${i}`,
  typeflag: "2",
  linkName: `../a/${i}`,
}));

async function importShare(
  objects: Map<string, MemoryObject>,
  index: number,
  count: number,
): Promise<{ written: number; unchanged: number }> {
  const { summary } = await importPackages(
    [memoryPackage(tarGz(FILES, ...LINKS))],
    [memoryAdapter(objects)],
    {
      packageOptions: { stripComponents: null, include: [], exclude: [], shard: { index, count } },
      fetch: httpFetch(),
    },
  );
  return summary;
}

Deno.test("shares hold all files and links of a package, each in exactly one of them", async () => {
  const keys: string[] = [];
  for (const index of [1, 2, 3]) {
    const objects = new Map<string, MemoryObject>();
    await importShare(objects, index, 3);
    keys.push(...[...objects.keys()].filter((key) => !key.startsWith(".binimport/")));
  }
  const all = [...Object.keys(FILES), ...LINKS.map((_, i) => `link/${i}`)];
  deepEqual(keys.sort(), all.sort());
});

Deno.test("a target takes one share after the other, and knows each of them again", async () => {
  const objects = new Map<string, MemoryObject>();
  let written = 0;
  for (const index of [1, 2, 3]) written += (await importShare(objects, index, 3)).written;
  equal(written, 40);
  for (const index of [1, 2, 3]) {
    const again = await importShare(objects, index, 3);
    equal(again.written, 0);
    equal(again.unchanged > 0, true);
  }
});

Deno.test("a share keeps what others have recorded since it began", async () => {
  const objects = new Map<string, MemoryObject>();
  let alone = 0;
  const target = Object.assign(memoryAdapter(objects), {
    async withExclusiveLock(work: () => Promise<void>) {
      alone++;
      await importShare(objects, 2, 2); // ends after the first one has read the record
      await work();
    },
  });
  await importPackages([memoryPackage(tarGz(FILES, ...LINKS))], [target], {
    packageOptions: {
      stripComponents: null,
      include: [],
      exclude: [],
      shard: { index: 1, count: 2 },
    },
    fetch: httpFetch(),
  });
  equal(alone, 1);
  const { files, packages } = await loadManifest(memoryAdapter(objects));
  equal(files.size, 40);
  deepEqual(packages.map(({ options }) => options.shard?.index).sort(), [1, 2]);
});
