/** What docs/writing-an-adapter.md shows is right: somebody will begin with it. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { plainHost } from "../../core/storage/host.ts";
import { loadUnguarded } from "../../core/storage/plugins/load.ts";
import { conformance } from "../support/conformance.ts";
import { run } from "../support/run.ts";

const PAGE = new URL("../../docs/writing-an-adapter.md", import.meta.url);

Deno.test("the smallest adapter of docs/writing-an-adapter.md conforms", async (t) => {
  const page = await Deno.readTextFile(PAGE);
  const [, source] = /## The smallest adapter\n+```ts\n(.*?)```/s.exec(page) ?? [];
  assert(source !== undefined, "the page shows none");
  const folder = await Deno.makeTempDir({ prefix: "binimport-page-" });
  try {
    await Deno.writeTextFile(`${folder}/smallest.ts`, source);
    const project = fileURLToPath(new URL("../../deno.json", import.meta.url));
    const file = `${folder}/smallest.ts`;
    await run(Deno.execPath(), ["check", "--quiet", "--config", project, file]);
    const factory = await loadUnguarded(file, "/");
    const { parse, open } = factory;
    const host = plainHost();
    await conformance(t, { open: () => open(parse({}, host), host), secrets: ["hush"] }, [
      /^stage|^discard|staged|^list|^remove|^prepare|^publicUrl|of a part/,
    ]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
