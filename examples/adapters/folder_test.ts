/** The conformance cases of binimport, each as a test: deno test -A, or node --test. */
import { plainHost } from "binimport";
import { conformanceCases } from "binimport/conformance";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import factory from "./folder.ts";

const folder = mkdtempSync(join(tmpdir(), "folder-"));
after(() => rmSync(folder, { recursive: true }));

const host = plainHost();
const context = { open: () => factory.open(factory.parse({ folder }, host), host) };

for (const { name, skip, run } of conformanceCases) {
  test(name, async (t) => {
    const adapter = await context.open();
    const reason = skip?.(adapter, context);
    await adapter[Symbol.asyncDispose]();
    if (reason === undefined) await run(context);
    else t.skip(reason);
  });
}
