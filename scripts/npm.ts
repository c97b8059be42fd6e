// deno-lint-ignore-file no-console -- it tells what it made
/**
 * Makes the library an npm package for Node ≥ 20 and Bun: JavaScript modules, types, and a
 * package.json that names what it depends on, by exact versions.
 *
 *     deno task npm [FOLDER]       default: dist/npm
 */
import { build } from "esbuild";
import { cp, mkdir, rm, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import project from "../deno.json" with { type: "json" };
import { writeTypes } from "./npm/types.ts";

const ROOT = fileURLToPath(new URL("../", import.meta.url));
const folder = Deno.args[0] ?? `${ROOT}dist/npm`;

/** Modules of the package, by what they are imported as. */
const EXPORTS = { ".": "mod.ts", "./conformance": "core/storage/conformance/mod.ts" } as const;

/** The README, and what its links lead to. */
const PAGES = [
  ...["README.md", "README.zh-CN.md", "LICENSE", "CHANGELOG.md", "CONTRIBUTING.md", "SECURITY.md"],
  ...["docs", "examples", "bench/RESULTS.md", "bench/SINGLE_FILE.md"],
];

await rm(folder, { recursive: true, force: true });
await mkdir(folder, { recursive: true });
const imported = await bundle();
await writeTypes(ROOT, Object.values(EXPORTS), folder);
await writeFile(`${folder}/package.json`, JSON.stringify(packageJson(imported), null, 2) + "\n");
for (const path of PAGES) await cp(`${ROOT}${path}`, `${folder}/${path}`, { recursive: true });
console.log(folder);
Deno.exit(0); // esbuild's process would be waited for

/** Writes the modules; gives the packages that they import. */
async function bundle(): Promise<string[]> {
  const { metafile } = await build({
    absWorkingDir: ROOT,
    entryPoints: Object.values(EXPORTS),
    outdir: folder,
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "node",
    target: "node20", // lowers `using`
    packages: "external",
    // Gives every module that uses `Deno` the one of the prelude, and loads what Node 20 lacks.
    inject: ["scripts/npm/prelude.ts"],
    metafile: true,
    logLevel: "warning",
  });
  const names = Object.values(metafile.outputs).flatMap(({ imports }) => imports)
    .filter(({ path, external }) => external && !path.startsWith("node:"))
    .map(({ path }) => /^(?:@[^/]+\/)?[^/]+/.exec(path)?.[0] ?? path);
  return [...new Set(names)].sort();
}

function packageJson(imported: readonly string[]): object {
  return {
    name: "binimport",
    version: project.version,
    description: "Imports offline Kubernetes binary packages into web roots and object stores",
    license: project.license,
    type: "module",
    engines: { node: ">=20.16" },
    exports: Object.fromEntries(
      Object.entries(EXPORTS).map(([name, module]) => [name, {
        types: `./${module.replace(/\.ts$/, ".d.ts")}`,
        default: `./${module.replace(/\.ts$/, ".js")}`,
      }]),
    ),
    dependencies: Object.fromEntries(imported.map((name) => [name, versionOf(name)])),
  };
}

/** The exact version that deno.json names. */
function versionOf(name: string): string {
  const targets: Readonly<Record<string, string>> = project.imports;
  const target = targets[name] ?? targets[`${name}/`] ?? "";
  const version = /@(\d[^/]*)\/?$/.exec(target)?.[1];
  if (version === undefined) throw new Error(`deno.json does not tell the version of ${name}`);
  return version;
}
