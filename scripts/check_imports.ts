// deno-lint-ignore-file no-console -- it prints what it finds
/**
 * Holds the project to its import directions (docs/architecture.md): prints every import that goes
 * the wrong way, every circle of imports and every use of the process where it does not belong.
 * Exits with 1 when there is any.
 *
 *     deno run -R scripts/check_imports.ts [PROJECT]
 */
import { dirname, join, normalize } from "node:path/posix";
import { findCycles } from "./imports/cycles.ts";
import { partOf } from "./imports/directions.ts";
import { type ModuleSource, readModule } from "./imports/module_source.ts";

/** Names of modules of ours in `imports` of deno.json. */
const OWN_NAMES: ReadonlyMap<string, string> = new Map([
  ["binimport", "mod.ts"],
  ["binimport/conformance", "core/conformance.ts"],
]);

/** Folders that hold no modules of ours. */
const NOT_OURS = /^(?:\..*|node_modules|dist|coverage|docs|tests\/fixtures)$/;

const root = Deno.args[0] ?? ".";
const modules = new Map<string, ModuleSource>();
for (const path of sources("")) modules.set(path, readModule(Deno.readTextFileSync(at(path))));

const violations = [
  ...[...modules].flatMap(([path, module]) => misplaced(path, module)),
  ...circles(),
];
for (const violation of violations) console.error(violation);
if (violations.length === 0) console.log(`Imports of ${modules.size} modules go the right way`);
Deno.exit(violations.length === 0 ? 0 : 1);

/** Paths of modules below a folder, relative to the project. */
function sources(folder: string): string[] {
  const entries = [...Deno.readDirSync(at(folder))].sort((a, b) => a.name < b.name ? -1 : 1);
  return entries.flatMap(({ name, isDirectory }) => {
    const path = folder === "" ? name : `${folder}/${name}`;
    if (isDirectory) return NOT_OURS.test(path) ? [] : sources(path);
    return /\.tsx?$/.test(name) ? [path] : [];
  });
}

function at(path: string): string {
  return path === "" ? root : `${root}/${path}`;
}

/** What a module has that its part of the project may not have. */
function misplaced(path: string, { imports, globals }: ModuleSource): string[] {
  const part = partOf(path);
  if (part === undefined) return [`${path}:1: belongs to no part of the project`];
  const wrongWay = imports.flatMap(({ specifier, line }) => {
    const imported = resolve(path, specifier);
    if (imported === undefined || part.mayImport.some((pattern) => pattern.test(imported))) {
      return [];
    }
    return [`${path}:${line}: ${part.name} may not import ${imported}`];
  });
  const forbidden = globals.filter(({ name }) => !part.mayUse.test(name))
    .map(({ name, line }) => `${path}:${line}: ${part.name} may not use ${name}`);
  return [...wrongWay, ...forbidden];
}

/** The path of a module of ours, relative to the project; undefined for one of others. */
function resolve(from: string, specifier: string): string | undefined {
  if (!/^\.{0,2}\//.test(specifier)) return OWN_NAMES.get(specifier);
  return specifier.startsWith("/") ? specifier : normalize(join(dirname(from), specifier));
}

function circles(): string[] {
  const graph = new Map([...modules].map(([path, { imports }]) => [
    path,
    imports.filter(({ typeOnly }) => !typeOnly)
      .map(({ specifier }) => resolve(path, specifier)).filter((one) => one !== undefined),
  ]));
  return findCycles(graph).map(([first = "", ...rest]) => {
    const next = rest[0] ?? first;
    const line = modules.get(first)?.imports
      .find(({ specifier, typeOnly }) => !typeOnly && resolve(first, specifier) === next)?.line;
    return `${first}:${line}: imports itself: ${[first, ...rest, first].join(" → ")}`;
  });
}
