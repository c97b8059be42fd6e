/** Plug-ins that do things on the side, in a process of their own. */
import { deepEqual, equal, match } from "node:assert/strict";
import { binimport } from "../support/e2e/run.ts";
import { tarGz } from "../support/packages.ts";
import { pluginOnDisk } from "../support/plugin_files.ts";

/** Waits until the work is stopped. */
const WAIT = `await new Promise((resolve) => options.signal.addEventListener("abort", resolve));
    options.signal.throwIfAborted();`;

const STRAY =
  /^error: Cannot continue with adapter ".*mine\.ts": an error that nothing handles: stray\n {2}It was thrown at .*mine\.ts:\d+:\d+/;
const EXIT =
  /^error: Cannot continue with adapter ".*mine\.ts": it ends the program, by status 0\n {2}Throw an error instead\.\n$/m;

const strays: Readonly<Record<string, readonly [adapter: string, told: RegExp]>> = {
  "a promise that nobody awaits": [
    `async prepare(options) {
    Promise.reject(new Error("stray"));
    ${WAIT}
  }`,
    STRAY,
  ],
  "an error in a timer": [
    `async prepare(options) {
    setTimeout(() => { throw new Error("stray"); }, 10);
    ${WAIT}
  }`,
    STRAY,
  ],
  "a call of Deno.exit": ["async put() { Deno.exit(); }", EXIT],
  "a call of Node's exit": ['async put() { (await import("node:process")).exit(0); }', EXIT],
};

for (const [what, [adapter, told]] of Object.entries(strays)) {
  Deno.test(`${what} ends an import with a sentence that names the file`, async () => {
    using plugin = pluginOnDisk({ adapter });
    const archive = `${plugin.folder}/offline-files.tar.gz`;
    await Deno.writeFile(archive, tarGz({ "a": "A" }));
    const { status, stdout, stderr } = await binimport([
      "import",
      archive,
      "--adapter",
      plugin.path,
    ]);
    equal(status, 2, stderr);
    equal(stdout, "");
    match(stderr, told);
  });
}

Deno.test("what a plug-in prints does not get among the events", async () => {
  using plugin = pluginOnDisk({
    top: 'console.log("loading");',
    adapter: 'async prepare() { console.log("preparing"); }',
  });
  const archive = `${plugin.folder}/offline-files.tar.gz`;
  await Deno.writeFile(archive, tarGz({ "a": "A" }));
  const { status, events, stderr } = await binimport([
    "import",
    archive,
    "--json",
    "--no-progress",
    "--adapter",
    plugin.path,
  ]);
  equal(status, 0, stderr);
  deepEqual(events().map(({ event }) => event), ["plan", "file", "summary"]);
  match(stderr, /loading\n(.*\n)*preparing\n/);
});
