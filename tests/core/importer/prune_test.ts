import { deepEqual, equal } from "node:assert/strict";
import { memoryAdapter, type MemoryObject } from "../../../adapters/memory.ts";
import { httpFetch } from "../../../core/http/client.ts";
import { importPackages } from "../../../core/importer/importer.ts";
import { type Pruned, pruneTarget } from "../../../core/importer/prune.ts";
import { packageKeys } from "../../../core/packages/contents.ts";
import type { Package } from "../../../core/packages/package.ts";
import { loadManifest, MANIFEST_KEY } from "../../../core/storage/manifest.ts";
import { delegate } from "../../../core/storage/wrappers/calls.ts";
import { failsWith } from "../../support/fails_with.ts";
import { bytesOf, type Content, memoryPackage, tarGz } from "../../support/packages.ts";

const OLD = { "h/both": "1", "h/old": "22", "g/old": "333" };
const NEW = { "h/both": "1", "h/new": "4444" };

type Objects = Map<string, MemoryObject>;

async function importInto(objects: Objects, ...packages: Package[]): Promise<void> {
  using fetch = httpFetch();
  await using adapter = memoryAdapter(objects);
  const packageOptions = { stripComponents: null, include: [], exclude: [] };
  const { failures } = await importPackages(packages, [adapter], { packageOptions, fetch });
  deepEqual(failures, []);
}

/** After an import of both, what is left besides the state when only NEW is in use. */
async function prune(objects: Objects, dryRun = false): Promise<string[]> {
  await using adapter = memoryAdapter(objects);
  const told: Pruned[] = [];
  const held = await packageKeys([memoryPackage(tarGz(NEW))], {});
  await pruneTarget(adapter, { held, dryRun }, (one) => told.push(one));
  return told.map(({ action, key, detail }) => [action, key, detail ?? ""].join(" ").trim()).sort();
}

function keys(objects: Objects): string[] {
  return [...objects.keys()].filter((key) => !key.startsWith(".binimport/")).sort();
}

/** What nobody but the tool's user would do. */
function put(objects: Objects, key: string, content: Content): void {
  objects.set(key, { bytes: bytesOf(content), etag: `by hand: ${key}` });
}

async function bothImported(): Promise<Objects> {
  const objects: Objects = new Map();
  await importInto(objects, memoryPackage(tarGz(OLD)));
  await importInto(objects, memoryPackage(tarGz(NEW)));
  return objects;
}

Deno.test("prune removes what only former packages held, and forgets it", async () => {
  const objects = await bothImported();
  deepEqual(await prune(objects), ["removed g/old", "removed h/old"]);
  deepEqual(keys(objects), ["h/both", "h/new"]);
  await using adapter = memoryAdapter(objects);
  const { files, packages } = await loadManifest(adapter);
  deepEqual([...files.keys()].sort(), ["h/both", "h/new"]);
  equal(packages.length, 1, "the former package is gone from the record");
  deepEqual(await prune(objects), []);
  await importInto(objects, memoryPackage(tarGz(OLD)));
  deepEqual(keys(objects), ["g/old", "h/both", "h/new", "h/old"], "it can come back");
});

Deno.test("a dry run removes nothing and records nothing", async () => {
  const objects = await bothImported();
  const before = new Map(objects);
  deepEqual(await prune(objects, true), ["would-remove g/old", "would-remove h/old"]);
  deepEqual(objects, before);
});

Deno.test("prune leaves alone what an import did not write", async () => {
  const objects: Objects = new Map();
  put(objects, "h/old", OLD["h/old"]); // the same bytes, before the first import
  put(objects, "mine", "of somebody else");
  await importInto(objects, memoryPackage(tarGz(OLD)));
  await importInto(objects, memoryPackage(tarGz(OLD))); // finds it unchanged, and on record
  await importInto(objects, memoryPackage(tarGz(NEW)));
  deepEqual(await prune(objects), [
    "kept h/old it lay there before the first import",
    "removed g/old",
  ]);
  deepEqual(keys(objects), ["h/both", "h/new", "h/old", "mine"]);
});

Deno.test("what was there first and was then written over is ours", async () => {
  const objects: Objects = new Map();
  put(objects, "h/old", "something else");
  await importInto(objects, memoryPackage(tarGz(OLD)), memoryPackage(tarGz(NEW)));
  deepEqual(await prune(objects), ["removed g/old", "removed h/old"]);
});

Deno.test("prune leaves alone what was changed, by its bytes and not by its time", async () => {
  const objects = await bothImported();
  put(objects, "h/old", "no"); // as long as before
  put(objects, "g/old", OLD["g/old"]); // touched only
  deepEqual(await prune(objects), ["kept h/old it was changed since", "removed g/old"]);
  deepEqual(keys(objects), ["h/both", "h/new", "h/old"]);
});

Deno.test("what is gone already is only forgotten", async () => {
  const objects = await bothImported();
  objects.delete("h/old");
  deepEqual(await prune(objects), ["removed g/old"]);
  await using adapter = memoryAdapter(objects);
  equal((await loadManifest(adapter)).files.has("h/old"), false);
});

Deno.test("a manifest that somebody forged leads nowhere", async () => {
  const objects = await bothImported();
  const text = new TextDecoder().decode(objects.get(MANIFEST_KEY)?.bytes);
  const forged = JSON.parse(text);
  for (const key of ["../outside", "/etc/passwd", ".binimport/lock", "a//b"]) {
    forged.files[key] = forged.files["h/old"];
  }
  put(objects, MANIFEST_KEY, JSON.stringify(forged));
  deepEqual(await prune(objects), ["removed g/old", "removed h/old"]);
});

Deno.test("a target of other packages, of none, or that cannot remove is refused", async () => {
  const objects: Objects = new Map();
  await failsWith("not-found", /no record of an import/, prune(objects));
  await importInto(objects, memoryPackage(tarGz({ "x/y": "1" })));
  await failsWith("usage", /holds no file of the packages given/, prune(objects));
  deepEqual(keys(objects), ["x/y"]);
  const { remove: _, ...fixed } = delegate(memoryAdapter(objects), {});
  await failsWith(
    "unsupported",
    /cannot remove/,
    pruneTarget(fixed, { held: new Set(["x/y"]), dryRun: false }, () => {}),
  );
});

Deno.test("stopped half way, what is gone is off the record", async () => {
  const objects = await bothImported();
  const stop = new AbortController();
  const adapter = delegate(memoryAdapter(objects), {
    remove: (remove) => async (key, options) => {
      await remove(key, options);
      stop.abort(new Error("stop"));
    },
    capabilities: { ...memoryAdapter(objects).capabilities, maxConcurrency: 1 },
  });
  const options = { held: new Set(["h/both", "h/new"]), dryRun: false, signal: stop.signal };
  let error: unknown;
  await pruneTarget(adapter, options, () => {}).catch((thrown) => error = thrown);
  equal(error, stop.signal.reason);
  await using after = memoryAdapter(objects);
  deepEqual([...(await loadManifest(after)).files.keys()].sort(), keys(objects));
  equal(keys(objects).length, 3);
});

Deno.test("a package that is not what its checksum file says prunes nothing", async () => {
  const wrong = memoryPackage(tarGz(NEW), { expected: "0".repeat(64) });
  await failsWith("package-damaged", /its SHA-256 is/, packageKeys([wrong], {}));
});
