import { deepEqual, equal, match, ok } from "node:assert/strict";
import { memoryAdapter, type MemoryObject } from "../../../adapters/memory.ts";
import { httpFetch } from "../../../core/http/client.ts";
import type { FileEvent, ImportEvent } from "../../../core/importer/events.ts";
import {
  type ImportOptions,
  importPackages,
  type ImportResult,
} from "../../../core/importer/importer.ts";
import type { Package } from "../../../core/packages/package.ts";
import type { StorageAdapter } from "../../../core/storage/adapter.ts";
import { MANIFEST_KEY } from "../../../core/storage/manifest.ts";
import { delegate } from "../../../core/storage/wrappers/calls.ts";
import { dryRun } from "../../../core/storage/wrappers/usual.ts";
import { noise } from "../../support/chunks.ts";
import { failsWith } from "../../support/fails_with.ts";
import { bytesOf, type Content, memoryPackage, tarGz } from "../../support/packages.ts";

type Objects = Map<string, MemoryObject>;
type Actions = Record<string, FileEvent["action"]>;

async function importInto(
  targets: StorageAdapter | readonly StorageAdapter[],
  packages: Package | readonly Package[],
  options: Partial<ImportOptions> = {},
): Promise<ImportResult & { actions: Actions; events: ImportEvent[] }> {
  const events: ImportEvent[] = [];
  const result = await importPackages([packages].flat(), [targets].flat(), {
    packageOptions: { stripComponents: null, include: [], exclude: [] },
    fetch: httpFetch(),
    emit: (event) => void events.push(event),
    ...options,
  });
  const files = events.filter((one) => one.event === "file");
  const actions = Object.fromEntries(files.map(({ key, action }) => [key, action]));
  return { ...result, actions, events };
}

function contents(objects: Objects): Record<string, string> {
  const files = [...objects].filter(([key]) => !key.startsWith(".binimport/"));
  return Object.fromEntries(
    files.map(([key, { bytes }]) => [key, new TextDecoder().decode(bytes)]),
  );
}

/** What nobody but the tool's user would do: an object changes behind its back. */
function tamper(objects: Objects, key: string, content: Content): void {
  objects.set(key, { bytes: bytesOf(content), etag: `tampered ${key}` });
}

/** Variants of a target: each must end in the same objects. */
const variants: Readonly<Record<string, (inner: StorageAdapter) => StorageAdapter>> = {
  "stages everything": (inner) => inner,
  "stages large files, takes small ones afterwards": (inner) =>
    delegate(inner, { capabilities: { ...inner.capabilities, minStageSize: 1000 } }),
  "cannot stage": ({ stage: _, ...inner }) => inner,
  "lists in bulk": (inner) =>
    delegate(inner, { capabilities: { ...inner.capabilities, prefersList: true } }),
};

const LARGE = new TextDecoder("latin1").decode(noise(5 * 1024 * 1024).map((byte) => byte & 0x7f));

for (const [variant, wrap] of Object.entries(variants)) {
  Deno.test(`import: a target that ${variant}`, async (t) => {
    const objects: Objects = new Map();
    const target = () => wrap(memoryAdapter(objects));
    const files = { "a/small": "one", "a/large": LARGE, "b": "" };
    const archive = tarGz(files, {
      name: "offline-files/a/link",
      typeflag: "2",
      linkName: "large",
    });
    const expected = { "a/small": "one", "a/large": LARGE, "b": "", "a/link": LARGE };

    await t.step("gets every file", async () => {
      const { summary, failures } = await importInto(target(), memoryPackage(archive));
      deepEqual(contents(objects), expected);
      deepEqual(failures, []);
      deepEqual([summary.ok, summary.files, summary.written], [true, 4, 4]);
      equal(summary.bytes, 2 * LARGE.length + 3);
    });

    await t.step("is not written again, and the package not unpacked", async () => {
      const before = new Map(objects);
      let readings = 0;
      const again = memoryPackage(archive, { onRead: () => readings++ });
      const { summary } = await importInto(target(), again);
      deepEqual([summary.written, summary.unchanged, readings], [0, 4, 1]);
      deepEqual([...objects], [...before]);
    });

    await t.step("gets only what differs from another version of the package", async () => {
      const other = tarGz({ ...files, "a/small": "two", "c": "new" });
      const { actions } = await importInto(target(), memoryPackage(other));
      deepEqual(actions, {
        "a/small": "written",
        "a/large": "unchanged",
        "b": "unchanged",
        "c": "written",
      });
      deepEqual(contents(objects), { ...expected, "a/small": "two", "c": "new" });
    });

    await t.step("mends what was changed without changing its length", async () => {
      tamper(objects, "a/small", "2wo");
      tamper(objects, "a/large", LARGE.replace(/.$/, "!"));
      const other = tarGz({ ...files, "a/small": "two", "c": "new" });
      const { actions } = await importInto(target(), memoryPackage(other));
      deepEqual(Object.keys(actions).filter((key) => actions[key] === "written").sort(), [
        "a/large",
        "a/small",
      ]);
      deepEqual(contents(objects), { ...expected, "a/small": "two", "c": "new" });
    });

    await t.step("keeps everything when a package is damaged at its end", async () => {
      const before = new Map(objects);
      const damaged = tarGz({ "a/small": "bad", "a/large": LARGE.toUpperCase(), "d": "x" });
      const at = damaged.length - 6; // in the CRC
      damaged[at] = (damaged[at] ?? 0) ^ 1;
      await failsWith("package-damaged", /checksum/, importInto(target(), memoryPackage(damaged)));
      deepEqual([...objects], [...before]);
    });
  });
}

Deno.test("import: of two packages a damaged second one keeps the first from being published", async () => {
  const objects: Objects = new Map();
  const good = memoryPackage(tarGz({ a: "1" }));
  const bad = memoryPackage(tarGz({ b: "2" }).subarray(0, -3));
  await failsWith("package-damaged", /early/, importInto(memoryAdapter(objects), [good, bad]));
  equal(objects.size, 0);
});

Deno.test("import: a later package's file replaces an earlier one's, now and when repeated", async () => {
  const objects: Objects = new Map();
  const packages = () => [
    memoryPackage(tarGz({ same: "first", a: "1" })),
    memoryPackage(tarGz({ same: "second", b: "2" })),
  ];
  const { events } = await importInto(memoryAdapter(objects), packages());
  const warnings = events.filter((one) => one.event === "warning");
  deepEqual(warnings.map(({ code }) => code), ["replaced"]);
  match(warnings[0]?.message ?? "", /^1 file of .* had other bytes .* such as "same"/);
  deepEqual(contents(objects), { same: "second", a: "1", b: "2" });
  const { summary } = await importInto(memoryAdapter(objects), packages());
  deepEqual(contents(objects), { same: "second", a: "1", b: "2" });
  deepEqual([summary.written, summary.unchanged], [0, 3]);
});

Deno.test("import: two packages with the same file are no reason to warn", async () => {
  const two = [memoryPackage(tarGz({ same: "1", a: "1" })), memoryPackage(tarGz({ same: "1" }))];
  const { events } = await importInto(memoryAdapter(new Map()), two);
  deepEqual(events.filter((one) => one.event === "warning"), []);
});

Deno.test("import: of two members with one name the later one counts", async () => {
  const objects: Objects = new Map();
  const twice = tarGz({ a: "old" }, { name: "offline-files/a", body: bytesOf("newer") });
  await importInto(memoryAdapter(objects), memoryPackage(twice));
  deepEqual(contents(objects), { a: "newer" });
});

Deno.test("import: a checksum file that disagrees keeps all from being published", async () => {
  const objects: Objects = new Map();
  const archive = tarGz({ a: "1" });
  const wrong = memoryPackage(archive, { expected: "0".repeat(64) });
  await failsWith("package-damaged", /says 0000/, importInto(memoryAdapter(objects), wrong));
  equal(objects.size, 0);
});

Deno.test("import: a package that can be read once needs a target that stages", async () => {
  const objects: Objects = new Map();
  const once = () => memoryPackage(tarGz({ a: "1", large: LARGE }), { replayable: false });
  const { stage: _, ...unstaged } = memoryAdapter(objects);
  await failsWith("usage", /checked only at its end/, importInto(unstaged, once()));
  equal(objects.size, 0);

  const inner = memoryAdapter(objects);
  const capabilities = { ...inner.capabilities, minStageSize: Infinity };
  await importInto(delegate(inner, { capabilities }), once());
  deepEqual(contents(objects), { a: "1", large: LARGE });
  const { actions } = await importInto(memoryAdapter(objects), once());
  deepEqual(actions, { a: "unchanged", large: "unchanged" });
});

Deno.test("import: a target that fails does not spoil the others", async () => {
  const objects: Objects = new Map();
  const failing = delegate(memoryAdapter(), {
    stage: (stage) => (key, source, options) =>
      key === "b" ? Promise.reject(new Error("disk on fire")) : stage(key, source, options),
  });
  const archive = tarGz({ a: "1", b: LARGE, c: "3" });
  const { summary, failures } = await importInto(
    [failing, memoryAdapter(objects)],
    memoryPackage(archive),
  );
  deepEqual(contents(objects), { a: "1", b: LARGE, c: "3" });
  deepEqual([summary.ok, summary.targets.map((one) => one.ok)], [false, [false, true]]);
  match(String(failures[0]?.error), /disk on fire/);
});

Deno.test("import: an adapter that takes less than the file is found out", async () => {
  const objects: Objects = new Map();
  const lying = delegate(memoryAdapter(objects), {
    stage: (stage) => (key) =>
      stage(key, { size: 0, replayable: true, open: () => ReadableStream.from([]) }),
  });
  const { failures } = await importInto(lying, memoryPackage(tarGz({ a: "whole" })));
  match(String(failures[0]?.error), /took 0 of 5 bytes/);
  equal(objects.size, 0);
});

Deno.test("import: what is there from before without a record is read, not believed", async () => {
  const objects: Objects = new Map();
  tamper(objects, "same", "1234");
  tamper(objects, "different", "1234");
  const { actions } = await importInto(
    memoryAdapter(objects),
    memoryPackage(tarGz({ same: "1234", different: "5678" })),
  );
  deepEqual(actions, { same: "unchanged", different: "written" });
});

Deno.test("import: a manifest that is lost or garbled costs a look, not correctness", async () => {
  for (const manifest of [undefined, "{", '{"version":1,"files":[],"packages":{}}', "[]", "null"]) {
    const objects: Objects = new Map();
    const archive = tarGz({ a: "1", b: "2" });
    await importInto(memoryAdapter(objects), memoryPackage(archive));
    if (manifest === undefined) objects.delete(MANIFEST_KEY);
    else tamper(objects, MANIFEST_KEY, manifest);
    tamper(objects, "a", "x");
    const { actions } = await importInto(memoryAdapter(objects), memoryPackage(archive));
    deepEqual(actions, { a: "written", b: "unchanged" });
  }
});

Deno.test("import: a manifest that lies about a file's digest is caught by --checksum", async () => {
  const objects: Objects = new Map();
  const archive = tarGz({ a: "good" });
  await importInto(memoryAdapter(objects), memoryPackage(archive));
  const etag = objects.get("a")?.etag ?? "";
  objects.set("a", { bytes: bytesOf("evil"), etag }); // as if nothing had touched it
  equal((await importInto(memoryAdapter(objects), memoryPackage(archive))).summary.written, 0);
  const checked = await importInto(memoryAdapter(objects), memoryPackage(archive), {
    trust: "bytes",
  });
  equal(checked.summary.written, 1);
  deepEqual(contents(objects), { a: "good" });
});

Deno.test("import: --force writes everything", async () => {
  const objects: Objects = new Map();
  const archive = tarGz({ a: "1", b: "2" });
  await importInto(memoryAdapter(objects), memoryPackage(archive));
  const again = await importInto(memoryAdapter(objects), memoryPackage(archive), {
    trust: "nothing",
  });
  equal(again.summary.written, 2);
});

Deno.test("import: other options make other keys, so the record of a package does not count", async () => {
  const objects: Objects = new Map();
  const archive = tarGz({ a: "1", b: "2" });
  await importInto(memoryAdapter(objects), memoryPackage(archive), {
    packageOptions: { stripComponents: null, include: ["a"], exclude: [] },
    wanted: (key) => key === "a",
  });
  deepEqual(contents(objects), { a: "1" });
  const { actions } = await importInto(memoryAdapter(objects), memoryPackage(archive));
  deepEqual(actions, { a: "unchanged", b: "written" });
});

Deno.test("import: a dry run tells and writes nothing", async () => {
  const objects: Objects = new Map();
  tamper(objects, "b", "2");
  const before = new Map(objects);
  const { actions, summary } = await importInto(
    dryRun(memoryAdapter(objects)),
    memoryPackage(tarGz({ a: "1", b: "2" })),
    { dryRun: true },
  );
  deepEqual(actions, { a: "would-write", b: "unchanged" });
  deepEqual([summary.dryRun, summary.written, summary.unchanged], [true, 1, 1]);
  deepEqual([...objects], [...before]);
});

Deno.test("import: a file and a folder of one name are refused", async () => {
  const objects: Objects = new Map();
  for (const files of [{ "a": "1", "a/b": "2" }, { "a/b/c": "1", "a/b": "2" }]) {
    await failsWith(
      "package-hostile",
      /both a file and a folder/,
      importInto(memoryAdapter(objects), memoryPackage(tarGz(files))),
    );
  }
  equal(objects.size, 0);
});

Deno.test("import: stops when it is told to, and leaves nothing", async () => {
  const objects: Objects = new Map();
  const stop = new AbortController();
  const reason = new Error("enough");
  const emit = (event: ImportEvent) => {
    if (event.event === "progress") stop.abort(reason);
  };
  let thrown: unknown;
  try {
    await importInto(memoryAdapter(objects), memoryPackage(tarGz({ a: LARGE, b: "2" })), {
      signal: stop.signal,
      emit,
    });
  } catch (error) {
    thrown = error;
  }
  equal(thrown, reason);
  equal(objects.size, 0);
});

Deno.test("import: the plan comes before the files, the manifest holds what was written", async () => {
  const objects: Objects = new Map();
  const { events } = await importInto(memoryAdapter(objects), memoryPackage(tarGz({ a: "1" })));
  const kinds = events.map(({ event }) => event).filter((event) => event !== "progress");
  deepEqual(kinds, ["plan", "file"]);
  const manifest = JSON.parse(new TextDecoder().decode(objects.get(MANIFEST_KEY)?.bytes));
  equal(manifest.version, 1);
  equal(manifest.files.a.size, 1);
  equal(manifest.packages[0].sha256, manifest.files.a.package);
  ok(manifest.packages[0].keys.includes("a"));
});
