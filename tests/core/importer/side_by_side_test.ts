/** Several packages at a time. */
import { deepEqual, equal } from "node:assert/strict";
import { memoryAdapter, type MemoryObject } from "../../../adapters/memory.ts";
import { httpFetch } from "../../../core/http/client.ts";
import { importPackages } from "../../../core/importer/importer.ts";
import type { Package } from "../../../core/packages/package.ts";
import { memoryPackage, tarGz } from "../../support/packages.ts";

/** A package that is read when `when` has settled; `begin` is called then, and what it gives at the end. */
function watched(one: Package, when: Promise<void>, begin: () => () => void): Package {
  return {
    ...one,
    read(options) {
      const reading = one.read(options);
      async function* items() {
        const end = begin();
        await when;
        yield* reading.items;
        end();
      }
      return { ...reading, items: items() };
    },
  };
}

async function importOn(cores: number, packages: readonly Package[]): Promise<string> {
  const objects = new Map<string, MemoryObject>();
  using fetch = httpFetch();
  await importPackages(packages, [memoryAdapter(objects)], {
    packageOptions: { stripComponents: null, include: [], exclude: [] },
    fetch,
    cores,
  });
  return new TextDecoder().decode(objects.get("both")?.bytes);
}

Deno.test("on four cores, two packages are read at once; the later one counts all the same", async () => {
  const { promise: ended, resolve } = Promise.withResolvers<void>();
  const first = watched(memoryPackage(tarGz({ both: "1", a: "a" })), ended, () => () => {});
  const second = watched(
    memoryPackage(tarGz({ both: "2", b: "b" })),
    Promise.resolve(),
    () => resolve,
  );
  equal(await importOn(4, [first, second]), "2");
});

Deno.test("on two cores, one is read after the other", async () => {
  const order: string[] = [];
  const one = (name: string) =>
    watched(memoryPackage(tarGz({ both: name })), Promise.resolve(), () => {
      order.push(`begin ${name}`);
      return () => void order.push(`end ${name}`);
    });
  equal(await importOn(2, [one("1"), one("2")]), "2");
  deepEqual(order, ["begin 1", "end 1", "begin 2", "end 2"]);
});
