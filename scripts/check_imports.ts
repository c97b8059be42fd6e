// deno-lint-ignore-file no-console -- it prints what it finds
/**
 * Holds the project to its import directions (docs/architecture.md): prints every import that goes
 * the wrong way or past an entrance, every cycle of imports, of types too, and every use of the
 * process where it does not belong. Exits with 1 when there is any.
 *
 *     deno run -R scripts/check_imports.ts [PROJECT]
 */
import { dirname, join, normalize } from "node:path/posix";
import { findCycles } from "./imports/cycles.ts";
import { refusalOf, roomOf } from "./imports/directions.ts";
import { type ModuleSource, readModule } from "./imports/module_source.ts";

/** Names of modules of ours in `imports` of deno.json. */
const OWN_NAMES: ReadonlyMap<string, string> = new Map([
  ["binimport", "mod.ts"],
  ["binimport/conformance", "core/storage/conformance/mod.ts"],
]);

/** Folders that hold no modules of ours. */
const NOT_OURS = /^(?:\..*|node_modules|dist|coverage|docs|tests\/fixtures)$/;

const root = Deno.args[0] ?? ".";
const modules = new Map<string, ModuleSource>();
for (const path of sources("")) modules.set(path, readModule(Deno.readTextFileSync(at(path))));

const violations = [
  ...[...modules].flatMap(([path, module]) => misplaced(path, module)),
  ...cycles(),
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

/** What a module has that its room of the project may not have. */
function misplaced(path: string, { imports, globals }: ModuleSource): string[] {
  const room = roomOf(path);
  if (room === undefined) return [`${path}:1: belongs to no room of the project`];
  const wrongWay = imports.flatMap(({ specifier, line, unnamed }) => {
    const imported = resolve(path, specifier);
    if (imported === undefined) return [];
    // Bundles go past entrances by the names that these re-export: scripts/bundle/direct_imports.ts.
    const refusal = refusalOf(path, imported) ??
      (unnamed ? `re-exports ${imported} without names` : undefined);
    return refusal === undefined ? [] : [`${path}:${line}: ${refusal}`];
  });
  const forbidden = globals.filter(({ name }) => !room.mayUse.test(name))
    .map(({ name, line }) => `${path}:${line}: ${room.name} may not use ${name}`);
  return [...wrongWay, ...forbidden];
}

/** The path of a module of ours, relative to the project; undefined for one of others. */
function resolve(from: string, specifier: string): string | undefined {
  if (!/^\.{0,2}\//.test(specifier)) return OWN_NAMES.get(specifier);
  return specifier.startsWith("/") ? specifier : normalize(join(dirname(from), specifier));
}

function cycles(): string[] {
  const graph = new Map([...modules].map(([path, { imports }]) => [
    path,
    imports.map(({ specifier }) => resolve(path, specifier)).filter((one) => one !== undefined),
  ]));
  return findCycles(graph).map(([first = "", ...rest]) => {
    const next = rest[0] ?? first;
    const line = modules.get(first)?.imports
      .find(({ specifier }) => resolve(first, specifier) === next)?.line;
    return `${first}:${line}: imports itself: ${[first, ...rest, first].join(" → ")}`;
  });
}
