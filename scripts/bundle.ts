/** The program as JavaScript, with the packages that it uses in it. */
import { cp } from "node:fs/promises";
import { $ } from "zx";
import { directImports } from "./bundle/direct_imports.ts";
import { readCommit } from "./commit.ts";

/** Modules of JavaScript, the same bytes in whatever folder they were made. */
export interface Bundle {
  /** By name; the entry's is that of its source, with `.js`. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  readonly packages: readonly BundledPackage[];
}

/** A package of npm, parts of which are in a bundle. */
export interface BundledPackage {
  readonly name: string;
  readonly version: string;
  /** As its package.json says; an expression of SPDX. */
  readonly license: string;
  /** The texts of its licence files. */
  readonly notices: readonly string[];
}

/** What the program is not made of. */
const NOT_THE_PROGRAM = /^(?:\..*|node_modules|dist|coverage|docs|tests|bench|examples)$/;

/**
 * Bundles an entry point of this project, with all that it imports; what is imported only when it is
 * needed stays in modules of its own. It is done in a copy of the project that has its packages in
 * `node_modules`, since names and comments in a bundle tell where things lay.
 */
export async function bundleProgram(entry: string): Promise<Bundle> {
  const project = new URL("..", import.meta.url).pathname;
  const folder = await Deno.makeTempDir({ prefix: "binimport-bundle-" });
  try {
    await copySources(project, folder);
    const deno = $({ quiet: true, cwd: folder });
    await deno`${Deno.execPath()} bundle --quiet --code-splitting --outdir out ${entry}`;
    const files = new Map<string, Uint8Array>();
    for (const name of filesBelow(`${folder}/out`)) {
      const text = await Deno.readTextFile(`${folder}/out/${name}`);
      files.set(name, new TextEncoder().encode(withoutNodeModule(text)));
    }
    return { files, packages: await bundledPackages(files, folder) };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function copySources(project: string, folder: string): Promise<void> {
  for (const { name } of Deno.readDirSync(project)) {
    if (!NOT_THE_PROGRAM.test(name)) {
      await cp(`${project}/${name}`, `${folder}/${name}`, { recursive: true });
    }
  }
  await writeDirectImports(folder);
  const config = JSON.parse(await Deno.readTextFile(`${project}/deno.json`));
  const { commit } = await readCommit();
  const own = { ...config, nodeModulesDir: "auto", commit };
  await Deno.writeTextFile(`${folder}/deno.json`, JSON.stringify(own));
}

async function writeDirectImports(folder: string): Promise<void> {
  const modules = [...Deno.readDirSync(folder)].flatMap(({ name, isDirectory }) =>
    isDirectory ? modulesBelow(folder, name) : name.endsWith(".ts") ? [name] : []
  );
  const sources = new Map(
    modules.map((path) => [path, Deno.readTextFileSync(`${folder}/${path}`)]),
  );
  for (const [path, text] of directImports(sources)) {
    if (text !== sources.get(path)) await Deno.writeTextFile(`${folder}/${path}`, text);
  }
}

function modulesBelow(root: string, folder: string): string[] {
  return [...Deno.readDirSync(`${root}/${folder}`)].flatMap(({ name, isDirectory }) => {
    const path = `${folder}/${name}`;
    return isDirectory ? modulesBelow(root, path) : name.endsWith(".ts") ? [path] : [];
  });
}

function filesBelow(folder: string): string[] {
  return [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
}

/** What the bundler puts in for the `require` of packages. */
const BUNDLER_REQUIRE =
  'import { createRequire as __deno_internal_createRequire } from "node:module";\n' +
  "var __require = __deno_internal_createRequire(import.meta.url);\n";

/** All that is left to be required are modules of Node, which Deno has built in. */
const BUILTIN_REQUIRE = "var __require = (name) => process.getBuiltinModule(name);\n";

/** `node:module` loads most of Node's modules: every start would take twice as long. */
function withoutNodeModule(text: string): string {
  const changed = text.replace(BUNDLER_REQUIRE, BUILTIN_REQUIRE);
  if (!/createRequire/.test(changed)) return changed;
  throw new Error("Cannot start fast: the bundler requires modules in another way than was known");
}

/** Each module of a package stands below a comment with its path. */
const MODULE_COMMENT =
  /^\s*\/\/ (node_modules\/\.deno\/[^/\n]+\/node_modules\/(?:@[^/\n]+\/)?[^/\n]+)\//gm;

async function bundledPackages(
  files: ReadonlyMap<string, Uint8Array>,
  folder: string,
): Promise<BundledPackage[]> {
  const decoder = new TextDecoder();
  const places = [...files.values()].flatMap((bytes) =>
    [...decoder.decode(bytes).matchAll(MODULE_COMMENT)].map(([, place = ""]) => place)
  );
  const unique = [...new Set(places)].sort();
  return await Promise.all(unique.map((place) => describePackage(`${folder}/${place}`)));
}

async function describePackage(folder: string): Promise<BundledPackage> {
  const { name, version, license } = JSON.parse(await Deno.readTextFile(`${folder}/package.json`));
  const files = filesBelow(folder).filter((file) => /^(?:licen[cs]e|copying|notice)/i.test(file));
  const notices = await Promise.all(files.map((file) => Deno.readTextFile(`${folder}/${file}`)));
  return { name, version, license: String(license), notices };
}
