/** What the program is made of, and what it may do. */
import assert from "node:assert/strict";
import { gzipSync } from "node:zlib";
import project from "../../deno.json" with { type: "json" };
import { tarArchive } from "../support/tar_builder.ts";

const PRODUCT = ["core", "adapters", "cli", "locate", "cluster_config", "serve", "report", "html"];

function* modules(folder: string): Generator<string> {
  for (const { name, isDirectory } of Deno.readDirSync(folder)) {
    if (isDirectory) yield* modules(`${folder}/${name}`);
    else if (/\.tsx?$/.test(name)) yield `${folder}/${name}`;
  }
}

Deno.test("no module of the program loads native code", () => {
  const found = [...PRODUCT.flatMap((folder) => [...modules(folder)]), "cli.ts", "mod.ts"]
    .filter((path) => /\bdlopen\b|\bUnsafe[A-Z]\w+/.test(Deno.readTextFileSync(path)));
  assert.deepEqual(found, []);
});

Deno.test("dependencies have exact versions, and the lock is frozen", () => {
  assert.equal(project.lock.frozen, true);
  const imports: Readonly<Record<string, string>> = project.imports;
  for (const [name, source] of Object.entries(imports)) {
    // "npm:/NAME@VERSION/" stands for the modules in a package.
    assert.match(source, /^(?:\.\/|npm:\/?(?:@[\w-]+\/)?[\w.-]+@\d+\.\d+\.\d+\/?$)/, name);
  }
});

Deno.test("an import into a known folder needs no more than its permissions", async () => {
  const folder = await Deno.makeTempDir({ prefix: "binimport-narrow-" });
  try {
    await Deno.mkdir(`${folder}/www`);
    await Deno.writeFile(
      `${folder}/p.tar.gz`,
      gzipSync(tarArchive({ name: "a/b/c", body: new Uint8Array(9) })),
    );
    const permissions = [
      "--allow-read",
      `--allow-write=${folder}/www`,
      "--allow-env",
      "--allow-sys",
    ];
    const { code, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        "--no-prompt",
        ...permissions,
        "cli.ts",
        "import",
        `${folder}/p.tar.gz`,
        "--root",
        `${folder}/www`,
      ],
    }).output();
    assert.equal(code, 0, new TextDecoder().decode(stderr));
    assert.equal((await Deno.stat(`${folder}/www/b/c`)).size, 9);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
