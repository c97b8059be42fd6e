/** What `adapter new` writes: it has right types, conforms, and its test runs. */
import { deepEqual, equal, match } from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { plainHost } from "../../core/storage/host.ts";
import { loadUnguarded } from "../../core/storage/plugins/load.ts";
import { runHere } from "../support/cli/test_context.ts";
import { conformance } from "../support/conformance.ts";
import { run } from "../support/run.ts";

async function withNew(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "binimport-new-" });
  try {
    const { status, stdout, stderr } = await runHere(["adapter", "new", `${folder}/my_store.ts`]);
    equal(status, 0, stderr);
    match(stdout, /^Wrote .*my_store\.ts.*my_store_test\.ts/);
    match(stdout, /binimport adapter check .*my_store\.ts\n/);
    await work(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("adapter new: what it writes conforms", async (t) => {
  await withNew(async (folder) => {
    const factory = await loadUnguarded("./my_store.ts", folder);
    equal(factory.name, "my-store");
    for (const file of ["my_store.ts", "my_store_test.ts"]) {
      const text = await Deno.readTextFile(`${folder}/${file}`);
      equal(/\{\{|\}\}|my-store[A-Z]/.exec(text), null);
    }
    match(await Deno.readTextFile(`${folder}/my_store.ts`), /ENAMETOOLONG/);
    const host = plainHost();
    const place = `${folder}/place`;
    await conformance(t, {
      open: () => factory.open(factory.parse({ folder: place }, host), host),
      secrets: ["hush"],
    }, [/of a part/, /^publicUrl/]);
  });
});

Deno.test("adapter new: its types are right, and nothing but types is imported", async () => {
  await withNew(async (folder) => {
    const project = fileURLToPath(new URL("../../deno.json", import.meta.url));
    const files = ["my_store.ts", "my_store_test.ts"].map((name) => `${folder}/${name}`);
    await run(Deno.execPath(), ["check", "--quiet", "--config", project, ...files]);
    // As the packed program loads it: without configuration, network and package registry.
    const flags = ["--no-config", "--no-lock", "--no-remote", "--no-npm", "--cached-only"];
    const loader = `console.log((await import(${JSON.stringify(files[0])})).default.name)`;
    await Deno.writeTextFile(`${folder}/loader.mjs`, loader);
    const told = await run(Deno.execPath(), ["run", "-A", ...flags, `${folder}/loader.mjs`], {
      env: { DENO_DIR: `${folder}/deno` },
    });
    equal(new TextDecoder().decode(told), "my-store\n");
  });
});

Deno.test("adapter types: what it prints is all that an editor needs", async () => {
  await withNew(async (folder) => {
    const file = `${folder}/my_store.ts`;
    await Deno.writeTextFile(
      `${folder}/binimport.d.ts`,
      (await runHere(["adapter", "types"])).stdout,
    );
    const text = await Deno.readTextFile(file);
    await Deno.writeTextFile(file, text.replace('from "binimport"', 'from "./binimport.d.ts"'));
    await run(Deno.execPath(), ["check", "--quiet", "--no-config", "--no-remote", file]);
    const factory = await loadUnguarded(file, "/");
    equal(factory.name, "my-store");
  });
});

Deno.test("adapter new: an editor is content with both files, with nothing installed", async () => {
  await withNew(async (folder) => {
    const files = ["my_store.ts", "my_store_test.ts"].map((name) => `${folder}/${name}`);
    const flags = ["check", "--quiet", "--no-remote", "--no-npm"];
    await run(Deno.execPath(), [...flags, ...files], { cwd: folder });
    const { compilerOptions } = JSON.parse(await Deno.readTextFile(`${folder}/tsconfig.json`));
    equal(compilerOptions.paths["binimport"].at(-1), "./binimport.d.ts");
    await Deno.writeTextFile(`${folder}/deno.json`, "{}");
    equal((await runHere(["adapter", "new", `${folder}/second.ts`])).status, 0);
    equal(await Deno.readTextFile(`${folder}/deno.json`), "{}");
  });
});

Deno.test("adapter new leaves files that are there alone, and tells of odd names", async () => {
  await withNew(async (folder) => {
    const before = await Deno.readTextFile(`${folder}/my_store.ts`);
    const again = await runHere(["adapter", "new", `${folder}/my_store.ts`]);
    deepEqual([again.status, await Deno.readTextFile(`${folder}/my_store.ts`)], [2, before]);
    match(again.stderr, /Cannot write ".*my_store\.ts": it is there already/);
    for (const name of ["9.ts", "my store.ts", "mine.js", "mine"]) {
      const odd = await runHere(["adapter", "new", `${folder}/${name}`]);
      equal(odd.status, 2);
      match(odd.stderr, /Cannot name an adapter after/);
    }
    const nowhere = await runHere(["adapter", "new", `${folder}/absent/mine.ts`]);
    match(nowhere.stderr, /Cannot write ".*absent\/mine\.ts"/);
  });
});
