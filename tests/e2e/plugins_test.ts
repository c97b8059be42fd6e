/** Plug-ins that do things on the side, in a process of their own. */
import { deepEqual, equal, match } from "node:assert/strict";
import { binimport } from "../support/e2e/run.ts";
import { tarGz } from "../support/packages.ts";
import { pluginOnDisk } from "../support/plugin_files.ts";

/** Waits until the work is stopped. */
const WAIT = `await new Promise((resolve) => options.signal.addEventListener("abort", resolve));
    options.signal.throwIfAborted();`;

const strays: Readonly<Record<string, string>> = {
  "a promise that nobody awaits": `async prepare(options) {
    Promise.reject(new Error("stray"));
    ${WAIT}
  }`,
  "an error in a timer": `async prepare(options) {
    setTimeout(() => { throw new Error("stray"); }, 10);
    ${WAIT}
  }`,
};

for (const [what, adapter] of Object.entries(strays)) {
  Deno.test(`${what} ends an import with a sentence that names the file`, async () => {
    using plugin = pluginOnDisk({ adapter });
    const archive = `${plugin.folder}/offline-files.tar.gz`;
    await Deno.writeFile(archive, tarGz({ "a": "A" }));
    const { status, stderr } = await binimport(["import", archive, "--adapter", plugin.path]);
    equal(status, 2, stderr);
    match(
      stderr,
      /^error: Cannot continue with adapter ".*mine\.ts": an error that nothing handles: stray\n {2}It was thrown at .*mine\.ts:\d+:\d+/,
    );
  });
}

for (const exit of ["Deno.exit()", '(await import("node:process")).exit(0)']) {
  Deno.test(`a plug-in that calls ${exit} has not imported anything`, async () => {
    using plugin = pluginOnDisk({ adapter: `async put() { ${exit}; }` });
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
    match(
      stderr,
      /^error: Cannot continue with adapter ".*mine\.ts": it ends the program, by status 0\n {2}Throw an error instead\.\n$/m,
    );
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
