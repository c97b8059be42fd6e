import assert from "node:assert/strict";
import { pathToFileURL } from "node:url";
import { plainHost } from "../../../core/storage/host.ts";
import {
  findPlugin,
  isPluginAddress,
  listPlugins,
  loadError,
  loadPlugin,
} from "../../../core/storage/plugins/load.ts";
import { conformance } from "../../support/conformance.ts";
import { failsWith } from "../../support/fails_with.ts";
import { type PluginChanges, pluginOnDisk } from "../../support/plugin_files.ts";
import { text } from "../../support/web_root.ts";

const host = plainHost();

Deno.test("paths, file: URLs and file names are addresses of plug-ins, names are not", () => {
  for (const address of ["./mine.ts", "/srv/mine.mjs", "file:///srv/mine.ts", "mine.js", "a/b"]) {
    assert(isPluginAddress(address), address);
  }
  for (const name of ["mine", "nginx-fs", "s3", "mine.txt"]) assert(!isPluginAddress(name), name);
});

Deno.test("a plug-in is loaded by relative path, absolute path and file: URL", async () => {
  using plugin = pluginOnDisk({}, "with space #1.ts");
  const addresses = ["./with space #1.ts", plugin.path, pathToFileURL(plugin.path).href];
  for (const address of addresses) {
    const { name, open } = await loadPlugin(address, plugin.folder);
    assert.equal(name, "mine");
    await using adapter = await open(undefined, host);
    await adapter.put("a", text("A"));
    assert.deepEqual(await adapter.stat("a"), { key: "a", size: 1 });
  }
});

Deno.test("a guarded plug-in conforms, and its word on digests does not count", async (t) => {
  using plugin = pluginOnDisk();
  const { open } = await loadPlugin(plugin.path, "/");
  await using adapter = await open(undefined, host);
  assert.equal(adapter.capabilities.verifiesSha256, false);
  await conformance(t, { open: () => open(undefined, host) }, [
    /^prepare/,
    /^publicUrl/,
    /secret/,
    /of a part/,
    /differ from the sha256/,
  ]);
});

const unusable: Readonly<Record<string, readonly [changes: PluginChanges, message: RegExp]>> = {
  "is no TypeScript": [{ text: "export default {" }, /^Cannot load adapter ".*mine\.ts": /],
  "imports a package": [
    { top: `import x from "lodash";` },
    /mine\.ts": it imports the package "lodash", which is not in the file$/,
  ],
  "imports what is not there": [
    { top: `import x from "./absent.ts";` },
    /mine\.ts": Module not found "file:[^\x1b]*$/,
  ],
  "throws when loaded": [{ top: `throw new Error("no luck")` }, /mine\.ts": no luck$/],
  "exports nothing": [{ text: "export const x = 1;" }, /has no default export that is an object$/],
  "has no apiVersion": [{ factory: "apiVersion: undefined" }, /it has no apiVersion$/],
  "is of a later version": [
    { factory: "apiVersion: 2" },
    /apiVersion is 2, this binimport knows 1$/,
  ],
  "has a text as version": [{ factory: 'apiVersion: "1"' }, /apiVersion is "1", this/],
  "has no name": [{ factory: "name: undefined" }, /: name is missing$/],
  "has an odd name": [{ factory: `name: "My Store"` }, /name is not a name like my-store$/],
  "has no open": [{ factory: "open: undefined" }, /: open is missing$/],
  "has a parse that is none": [{ factory: "parse: {}" }, /parse is not a function$/],
  "has options of another shape": [{ factory: "options: []" }, /options is not an object/],
  "has an option of no kind": [
    { factory: `options: { root: { summary: "x", kind: "number" } }` },
    /options\.root\.kind is not "text", "flag" or "secret"$/,
  ],
  "has an option in kebab-case": [
    { factory: `options: { "ca-file": { summary: "x", kind: "text" } }` },
    /options\.ca-file is not in camelCase$/,
  ],
  "has two locations": [
    {
      factory:
        `options: { a: { summary: "x", kind: "text", location: true }, b: { summary: "x", kind: "text", location: true } }`,
    },
    /options\.a and options\.b are both the location$/,
  ],
};

for (const [what, [changes, message]] of Object.entries(unusable)) {
  Deno.test(`a plug-in that ${what} is refused, by file and member`, async () => {
    using plugin = pluginOnDisk(changes);
    await failsWith("plugin", message, loadPlugin(plugin.path, "/"));
  });
}

Deno.test("a plug-in that imports values of binimport is told so", () => {
  const { message, hint } = loadError(
    "./mine.ts",
    new TypeError('Import "binimport" not a dependency'),
  );
  assert.match(
    message,
    /"\.\/mine\.ts": it imports values of "binimport", which lends only types$/,
  );
  assert.match(hint ?? "", /^Write `import type`/);
});

Deno.test("a plug-in that is absent is refused", async () => {
  await failsWith(
    "plugin",
    /"\.\/absent\.ts": no such file$/,
    loadPlugin("./absent.ts", "/nowhere"),
  );
});

const unopened: Readonly<Record<string, readonly [changes: PluginChanges, message: RegExp]>> = {
  "throws in open": [
    { factory: `open() { throw new Error("no luck"); }` },
    /open\(\) of ".*mine\.ts" threw Error: no luck$/,
  ],
  "opens nothing": [{ factory: "open: async () => {}" }, /: open\(\) gave no adapter$/],
  "has no put": [{ adapter: "put: undefined" }, /the adapter's put is missing$/],
  "has a list that is none": [{ adapter: "list: true" }, /the adapter's list is not a function$/],
  "has no capabilities": [{ adapter: "capabilities: null" }, /capabilities is not an object$/],
  "gives no capabilities": [
    { adapter: "capabilities: undefined" },
    /mine\.ts": open\(\) gave no capabilities$/,
  ],
  "warns without a message": [
    { factory: `open(_config, host) { host.warn("slow"); }` },
    /it called host\.warn\(code, message, hint\?\) with undefined as message$/,
  ],
  "debugs what is no text": [
    { factory: `open(_config, host) { host.debug({ a: 1 }); }` },
    /it called host\.debug\(message\) with an object with a as message$/,
  ],
  "makes an error of no code": [
    { factory: `open(_config, host) { throw host.error("no luck"); }` },
    /it called host\.error\(code, message, details\?\) with "no luck" as code$/,
  ],
  "claims no concurrency": [
    { adapter: "capabilities: { atomicPut: true, verifiesSha256: false, maxConcurrency: 0 }" },
    /capabilities\.maxConcurrency is not a whole number of at least 1$/,
  ],
  "cannot be disposed of": [
    { adapter: "[Symbol.asyncDispose]: undefined" },
    /the adapter has no \[Symbol\.asyncDispose\]\(\)$/,
  ],
};

for (const [what, [changes, message]] of Object.entries(unopened)) {
  Deno.test(`a plug-in that ${what} is refused when it is opened`, async () => {
    using plugin = pluginOnDisk(changes);
    const { open } = await loadPlugin(plugin.path, "/");
    const code = what === "throws in open" ? "target" : "plugin";
    await failsWith(code, message, open(undefined, host));
  });
}

Deno.test("an error in parse names file, member and line", async () => {
  using plugin = pluginOnDisk({ factory: "parse(input) { return input.a.b.c; }" });
  const { parse } = await loadPlugin(plugin.path, "/");
  assert.throws(() => parse({}, host), {
    code: "plugin",
    message: /^Cannot read the options: parse\(\) of ".*mine\.ts" threw TypeError: /,
    hint: /mine\.ts:\d+:\d+\.$/,
  });
});

Deno.test("a plug-in is found by name in the folders, the first one first", () => {
  using first = pluginOnDisk({}, "mine.ts");
  using second = pluginOnDisk({}, "mine.ts");
  Deno.writeTextFileSync(`${second.folder}/other-one.mjs`, "");
  Deno.writeTextFileSync(`${second.folder}/NotOne.ts`, "");
  Deno.mkdirSync(`${second.folder}/folder.ts`);
  // For root, too, what folders of others are for a user: it cannot be entered.
  Deno.symlinkSync("loop", `${second.folder}/loop`);
  const folders = ["/nowhere", `${second.folder}/loop`, first.folder, second.folder];
  assert.equal(findPlugin("mine", folders), first.path);
  assert.equal(findPlugin("other-one", folders), `${second.folder}/other-one.mjs`);
  for (const name of ["absent", "folder", "NotOne", ""]) {
    assert.equal(findPlugin(name, folders), undefined, name);
  }
  assert.equal(findPlugin("../mine", folders), "../mine", "an address is no name in a folder");
  assert.deepEqual([...listPlugins(folders).keys()], ["mine", "other-one"]);
});

Deno.test("what a plug-in says of a cluster's configuration is handed on, and checked", async () => {
  const cluster = (repository: string) =>
    `cluster: { fillOptions: (input, { endpoint }) => ({ ...input, endpoint }), repository() { ${repository} } }`;
  using good = pluginOnDisk({ factory: cluster('return { endpoint: "http://h" };') });
  const { cluster: side } = await loadPlugin(good.path, "/");
  const endpoint = "http://h";
  assert.deepEqual(side?.fillOptions({ a: "b" }, { endpoint }), { a: "b", endpoint });
  assert.deepEqual(side?.repository(undefined, host), { endpoint });
  const bad = [
    [cluster("return {};"), /cluster\.repository\(\) gives no endpoint/],
    [cluster('throw new Error("no luck");'), /no luck/],
    ["cluster: {}", /cluster is not an object with the functions/],
  ] as const;
  for (const [factory, message] of bad) {
    using plugin = pluginOnDisk({ factory });
    await assert.rejects(async () => {
      (await loadPlugin(plugin.path, "/")).cluster?.repository(undefined, host);
    }, message);
  }
});

/** What Deno says where it may fetch nothing, as in the packed program; and from source. */
const elsewhere: readonly [told: string, imported: string][] = [
  [
    "npm specifiers were requested; but --no-npm is specified\n    at file:///a.ts:1:5",
    "of an npm:",
  ],
  [
    'A remote specifier was requested: "https://esm.sh/lodash", but --no-remote is specified.',
    '"https://esm.sh/lodash"',
  ],
  [
    "JSR package manifest for '@std/fs' failed to load. A remote specifier was requested: " +
    '"https://jsr.io/@std/fs/meta.json", but --no-remote is specified.',
    '"jsr:@std/fs"',
  ],
  [
    'The lockfile is out of date.\nchanges:\n  9 | +    "npm:lodash@4": "4.18.1",',
    '"npm:lodash@4"',
  ],
];

for (const [told, imported] of elsewhere) {
  Deno.test(`an author who imports ${imported} is told to bundle it`, () => {
    const { message, hint } = loadError("./mine.ts", new TypeError(told));
    assert(
      message.startsWith('Cannot load adapter "./mine.ts": it imports the package ' + imported),
    );
    assert.match(message, /which is not in the file$/);
    assert.match(hint ?? "", /^Bundle it: deno bundle -o bundled\.js \.\/mine\.ts/);
  });
}
