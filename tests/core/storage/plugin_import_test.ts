/** Imports into plug-ins that lie: nothing that they say lets an import succeed wrongly. */
import assert from "node:assert/strict";
import { httpFetch } from "../../../core/http/client.ts";
import { importPackages } from "../../../core/importer/importer.ts";
import { plainHost } from "../../../core/storage/host.ts";
import { loadPlugin } from "../../../core/storage/plugins/load.ts";
import { memoryPackage, tarGz } from "../../support/packages.ts";
import { pluginOnDisk } from "../../support/plugin_files.ts";

/** How an import into a plug-in with other members of its adapter fails; undefined: it does not. */
async function failureOf(adapter: string): Promise<unknown> {
  using plugin = pluginOnDisk({ adapter });
  const host = plainHost();
  await using target = await (await loadPlugin(plugin.path, "/")).open(undefined, host);
  using fetch = httpFetch();
  const files = { "small": "x", "large": "y".repeat(5_000_000) };
  const { failures } = await importPackages([memoryPackage(tarGz(files))], [target], {
    packageOptions: { stripComponents: null, include: [], exclude: [] },
    fetch,
  });
  return failures[0]?.error;
}

const lies: Readonly<Record<string, readonly [adapter: string, message: RegExp]>> = {
  "stores other bytes of the same length": [
    `async stage(key, source, options) {
      for await (const _ of host.read(key, source, options));
      return {
        async publish() { objects.set(key, new Uint8Array(source.size)); return info(key); },
        async discard() {},
      };
    }`,
    /2 of 2 files are not stored as they should be; "(?:small|large)": .*has SHA-256/,
  ],
  "stores half and says that it is all": [
    `stage: undefined, async put(key, source, options) {
      const bytes = await collect(key, source, options, host);
      objects.set(key, bytes.subarray(0, bytes.length >> 1));
      return { key, size: source.size };
    }`,
    /are not stored as they should be/,
  ],
  "forgets what it was given": [
    `stage: undefined, async put(key, source, options) {
      await collect(key, source, options, host);
      return { key, size: source.size };
    }`,
    /are not stored as they should be/,
  ],
  "reads nothing": [
    `stage: undefined, put: async (key, source) => ({ key, size: source.size })`,
    /put\(\) of ".*mine\.ts" read 0 of \d+ bytes/,
  ],
};

Deno.test("import: a plug-in that conforms is believed, once it was read back", async () => {
  assert.equal(await failureOf(""), undefined);
});

for (const [what, [adapter, message]] of Object.entries(lies)) {
  Deno.test(`import: a plug-in that ${what} is found out`, async () => {
    const failure = await failureOf(adapter);
    assert(failure instanceof Error, "the import succeeded");
    assert.match(failure.message, message);
    assert("code" in failure && failure.code === "integrity");
  });
}
