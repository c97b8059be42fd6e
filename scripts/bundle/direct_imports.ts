/**
 * Imports past the entrances of folders. A module that takes one name from a `mod.ts` would load, at
 * every start, all that any other module takes from there: bundlers split by files, and count what a
 * file re-exports as needed by all who import it.
 */
import { dirname, join, normalize, relative } from "node:path/posix";

/** Sources by their paths, relative to the project. */
export type Sources = ReadonlyMap<string, string>;

/** Where a name is declared. */
interface Origin {
  readonly path: string;
  /** As it is exported there. */
  readonly name: string;
}

/** `export { a, type B } from "./c.ts";` as `deno fmt` leaves it. */
const EXPORT_FROM = /^export (?:type )?\{([^}]*)\} from "(\.[^"]+)";/gm;

/** `import { a, type B } from "./c.ts";` */
const IMPORT_FROM = /^import (type )?\{([^}]*)\} from "(\.[^"]+)";\n/gm;

/** `await import("./c.ts")` */
const IMPORT_CALL = /\bimport\(\s*"(\.[^"]+)"\s*\)/g;

/**
 * Each source with its names imported from where they are declared. What a module re-exports then
 * goes, unless it is loaded as a whole when it is needed.
 */
export function directImports(sources: Sources): Map<string, string> {
  const loadedWhole = new Set(
    [...sources].flatMap(([path, text]) =>
      [...text.matchAll(IMPORT_CALL)].map(([, to = ""]) => resolve(path, to))
    ),
  );
  const entrances = new Map([...sources].map(([path, text]) => [path, reexportsOf(path, text)]));
  return new Map(
    [...sources].map(([path, text]) => [
      path,
      (loadedWhole.has(path) ? text : text.replace(EXPORT_FROM, "")).replace(
        IMPORT_FROM,
        (statement, typeOnly: string | undefined, names: string, from) => {
          const imported = resolve(path, from);
          if (!entrances.get(imported)?.size) return statement;
          return clauses(names).map((clause) => {
            const { type, name, local } = clause;
            const origin = originOf({ path: imported, name }, entrances);
            const words = origin.name === local ? local : `${origin.name} as ${local}`;
            const keyword = typeOnly !== undefined || type ? "import type" : "import";
            return `${keyword} { ${words} } from "${specifier(path, origin.path)}";\n`;
          }).join("");
        },
      ),
    ]),
  );
}

function reexportsOf(path: string, text: string): Map<string, Origin> {
  const found = [...text.matchAll(EXPORT_FROM)].flatMap(([, names = "", from = ""]) =>
    clauses(names).map(({ name, local }) => [local, { path: resolve(path, from), name }] as const)
  );
  return new Map(found);
}

function originOf(
  { path, name }: Origin,
  entrances: ReadonlyMap<string, ReadonlyMap<string, Origin>>,
): Origin {
  const next = entrances.get(path)?.get(name);
  return next === undefined ? { path, name } : originOf(next, entrances);
}

/** `type A`, `a as b`, `c`, between commas. */
function clauses(names: string): { type: boolean; name: string; local: string }[] {
  return names.split(",").map((one) => one.trim()).filter((one) => one !== "").map((one) => {
    const [, type, name = "", local = name] = /^(type )?([\w$]+)(?: as ([\w$]+))?$/.exec(one) ?? [];
    return { type: type !== undefined, name, local };
  });
}

function resolve(from: string, to: string): string {
  return normalize(join(dirname(from), to));
}

function specifier(from: string, to: string): string {
  const path = relative(dirname(from), to);
  return path.startsWith(".") ? path : `./${path}`;
}
