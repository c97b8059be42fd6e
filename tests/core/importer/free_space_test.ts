/** A dry run asks whether there is room. */
import { deepEqual } from "node:assert/strict";
import { memoryAdapter } from "../../../adapters/memory.ts";
import { httpFetch } from "../../../core/http/client.ts";
import { importPackages, type ImportResult } from "../../../core/importer/importer.ts";
import { dryRun } from "../../../core/storage/wrappers/usual.ts";
import { messageOf } from "../../../core/util/errors.ts";
import { memoryPackage, tarGz } from "../../support/packages.ts";

const FILES = memoryPackage(tarGz({ a: "1234567", b: "22", c: "12345678" }));

function dryRunInto(free: number, told: string[]): Promise<ImportResult> {
  const target = { ...memoryAdapter(), freeSpace: () => Promise.resolve(free) };
  return importPackages([FILES], [dryRun(target)], {
    packageOptions: { stripComponents: null, include: [], exclude: ["b"] },
    wanted: (key) => key !== "b",
    fetch: httpFetch(),
    dryRun: true,
    emit: (event) => void (event.event === "file" && told.push(`${event.action} ${event.key}`)),
  });
}

Deno.test("a dry run fails where what is new finds no room, and tells what it is", async () => {
  const room = "no room for what is new: 15 B are needed, 14 B are free";
  for (const [free, errors] of [[15, []], [14, [`Cannot import into memory:: ${room}`]]] as const) {
    const told: string[] = [];
    const { summary, failures } = await dryRunInto(free, told);
    deepEqual(told, ["would-write a", "would-write c"]);
    deepEqual([summary.ok, summary.written], [errors.length === 0, 2]);
    deepEqual(failures.map(({ error }) => messageOf(error)), errors);
  }
});
