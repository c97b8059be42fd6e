/** The npm package on Node and Bun: the same conformance cases, and an import. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { binimport } from "../support/e2e/run.ts";
import { testWithTools, tool } from "../support/require.ts";
import { run } from "../support/run.ts";
import { webdavKinds } from "../support/webdav_servers.ts";

const BUILD = fileURLToPath(new URL("../../scripts/npm.ts", import.meta.url));

/** What a user of the package would write; it prints what failed. */
const CONSUMER = `
import { chmodSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import assert from "node:assert/strict";
import * as library from "binimport";
import { runConformance } from "binimport/conformance";

const { findPackages, httpFetch, importPackages, openAdapter, plainHost } = library;
const [endpoint, plugin] = process.argv.slice(2);
const host = plainHost();
const folder = () => {
  const path = mkdtempSync("place-");
  chmodSync(path, 0o755);
  return path;
};

// Bun 1.3 at times never answers a request behind one that was broken off (docs/library.md).
const isBun = process.versions.bun !== undefined;

async function conforms(name, factory, input) {
  const open = () => factory.open(factory.parse(input, host), host);
  const failed = [];
  let passed = 0;
  for await (const { outcome, ...result } of runConformance({ open, alone: true })) {
    if (outcome === "failed") failed.push(result);
    if (outcome === "passed") passed++;
  }
  assert.deepEqual(failed, [], name);
  assert(passed > 50, name);
}

await conforms("nginx-fs", library.nginxFs, { root: folder() });
if (!isBun) await conforms("http-put", library.httpPut, { endpoint });
await conforms("plug-in", await library.loadPlugin(plugin, process.cwd()), { folder: folder() });

const release = folder();
const root = folder();
writeFileSync(release + "/kubelet", "ELF");
await using target = await openAdapter("nginx-fs", { root });
using fetch = httpFetch();
const packageOptions = { stripComponents: null, include: [], exclude: [] };
const importOnce = async (options) => {
  const packages = await findPackages([release], { stdin: () => process.stdin });
  const { summary, failures } = await importPackages(packages, [target], {
    packageOptions,
    fetch,
    ...options,
  });
  assert.deepEqual(failures, []);
  return summary;
};
assert.equal((await importOnce({})).written, 1);
assert.equal((await importOnce({ trust: "bytes" })).unchanged, 1);
assert.equal(readFileSync(root + "/kubelet", "utf8"), "ELF");
console.log("all is well");
`;

/** Node 20 knows neither `using` nor types. */
function lowered(source: string): string {
  return source.replaceAll(/(?:await )?using (\w+) = /g, "const $1 = ") +
    "await target[Symbol.asyncDispose]();\nfetch[Symbol.dispose]();\n";
}

const [nginx] = webdavKinds;

testWithTools(
  "npm: the package on Node and Bun",
  ["node", "npm", "bun", "nginx"],
  async (t) => {
    const folder = await Deno.makeTempDir({ prefix: "binimport-npm-" });
    try {
      await run(Deno.execPath(), ["run", "-A", BUILD, `${folder}/package`]);
      const project = `${folder}/project`;
      await Deno.mkdir(project);
      await Deno.writeTextFile(`${project}/package.json`, '{ "type": "module" }');
      const packed = await run("npm", ["pack", "--silent", `${folder}/package`], { cwd: folder });
      const archive = `${folder}/${new TextDecoder().decode(packed).trim()}`;
      const types = ["typescript@5.9.3", "@types/node@20.19.9"];
      const flags = ["--no-audit", "--no-fund"];
      await run("npm", ["install", ...flags, archive, ...types], { cwd: project });
      await Deno.writeTextFile(`${project}/consumer.mjs`, lowered(CONSUMER));
      // Node 20 reads no TypeScript, so the plug-in is given as JavaScript.
      await plugin(project);
      await t.step("its types are right for an adapter", () => checkTypes(project));
      await t.step("its types need no others", () => checkTypesAlone(project));
      await t.step("its links lead to files of it", () => checkLinks(`${folder}/package`));
      await t.step("the example of docs/library.md runs", () => runExample(project));
      for (const runtime of ["node", "bun"]) {
        await t.step(runtime, async () => {
          await using server = await nginx?.start();
          const args = ["consumer.mjs", server?.url ?? "", "./mine.mjs"];
          const told = await run(tool(runtime) ?? runtime, args, { cwd: project });
          assert.equal(new TextDecoder().decode(told), "all is well\n");
        });
      }
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  },
);

/** What `adapter new` writes, without its types. */
async function plugin(folder: string): Promise<void> {
  const made = await binimport(["adapter", "new", "mine.ts"], { cwd: folder });
  assert.equal(made.status, 0, made.stderr);
  const args = ["bundle", "--quiet", "--no-config", "--external", "binimport"];
  await run(Deno.execPath(), [...args, "-o", "mine.mjs", "mine.ts"], { cwd: folder });
}

/** The adapter of `adapter new` against the package's declarations, by TypeScript itself. */
async function checkTypes(project: string): Promise<void> {
  const language = ["--target", "esnext", "--module", "nodenext", "--lib", "esnext"];
  const flags = ["--noEmit", "--strict", ...language, "--types", "node"];
  await run("node", ["node_modules/typescript/bin/tsc", ...flags, "mine.ts"], { cwd: project });
}

/** All declarations, strictly, by themselves: without those of Node. */
async function checkTypesAlone(project: string): Promise<void> {
  const names = "findPackages, httpFetch, importPackages, openAdapter, plainHost";
  const text = `import { ${names} } from "binimport";
    import { conformanceCases } from "binimport/conformance";
    export const all = [${names}, conformanceCases];`;
  await Deno.writeTextFile(`${project}/alone.mts`, text);
  const compilerOptions = {
    ...{ noEmit: true, strict: true, skipLibCheck: false, types: [], target: "esnext" },
    ...{ module: "nodenext", lib: ["esnext", "dom"] },
  };
  const settings = JSON.stringify({ compilerOptions, files: ["alone.mts"] });
  await Deno.writeTextFile(`${project}/tsconfig.alone.json`, settings);
  const args = ["node_modules/typescript/bin/tsc", "-p", "tsconfig.alone.json"];
  await run("node", args, { cwd: project });
}

/** What the page shows for Node, with a root of its own. */
async function runExample(project: string): Promise<void> {
  const page = await Deno.readTextFile(new URL("../../docs/library.md", import.meta.url));
  const [, example = ""] = /```js\n(.*?)```/s.exec(page) ?? [];
  assert(example.includes('root: "/srv/www"'));
  await Deno.mkdir(`${project}/release`);
  await Deno.mkdir(`${project}/www`);
  await Deno.writeTextFile(`${project}/release/kubelet`, "ELF");
  await Deno.writeTextFile(`${project}/import.mjs`, example.replace("/srv/www", "www"));
  await run("node", ["import.mjs"], { cwd: project });
  assert.equal(await Deno.readTextFile(`${project}/www/kubelet`), "ELF");
}

async function checkLinks(folder: string): Promise<void> {
  const pages = (await Array.fromAsync(filesBelow(folder))).filter((path) => path.endsWith(".md"));
  assert(pages.length > 30);
  for (const page of pages) {
    const links = (await Deno.readTextFile(page)).matchAll(/\]\(([^)#\s]+)(?:#[^)\s]*)?\)/g);
    for (const [, to = ""] of links) {
      if (!/^[a-z]+:/.test(to)) assert(existsSync(join(dirname(page), to)), `${page}: ${to}`);
    }
  }
}

async function* filesBelow(folder: string): AsyncGenerator<string> {
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    if (isDirectory) yield* filesBelow(`${folder}/${name}`);
    else yield `${folder}/${name}`;
  }
}
