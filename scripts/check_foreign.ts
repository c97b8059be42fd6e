// deno-lint-ignore-file no-console -- it prints what it finds
/**
 * Holds the product to the four ways in which what comes from elsewhere is taken (docs/threat-model.md):
 * prints every call that opens a path, parses an address, makes a regular expression or reads a body
 * past core/util, outside the places that are allowed by name. Exits with 1 when there is any.
 *
 *     deno run -R scripts/check_foreign.ts [PROJECT]
 */
import { ALLOWED, type Kind } from "./foreign/allowed.ts";
import { foreignUses } from "./foreign/uses.ts";

const PRODUCT = [
  "core",
  "adapters",
  "locate",
  "cluster_config",
  "serve",
  "report",
  "html",
  "cli",
  "cli.ts",
  "mod.ts",
];

const INSTEAD: Readonly<Record<Kind, string>> = {
  file: "open and read files of others by core/util/foreign_file.ts",
  address: "parse addresses of others by core/util/address.ts",
  pattern: "match patterns of others by core/util/wildcard.ts or locate's pcre",
  body: "read bodies of others by core/util/bounded_read.ts",
};

const root = Deno.args[0] ?? ".";
const used = new Set<string>();
const violations = PRODUCT.flatMap(modulesAt).flatMap((path) =>
  foreignUses(Deno.readTextFileSync(`${root}/${path}`))
    .filter(({ kind }) => !isAllowed(path, kind))
    .map(({ kind, call, line }) => `${path}:${line}: ${call}…: ${INSTEAD[kind]}`)
);
// What is allowed and does not occur would hide the next one that does.
const idle = root !== "."
  ? []
  : ALLOWED.flatMap(({ kind, paths }) =>
    paths.filter((path) => !used.has(`${kind} ${path}`))
      .map((path) => `scripts/foreign/allowed.ts: ${path} needs no leave for "${kind}"`)
  );
for (const violation of [...violations, ...idle]) console.error(violation);
const ok = violations.length + idle.length === 0;
if (ok) console.log("What comes from elsewhere is taken by core/util");
Deno.exit(ok ? 0 : 1);

function isAllowed(path: string, kind: Kind): boolean {
  const found = ALLOWED.flatMap((one) => one.kind === kind ? one.paths : [])
    .filter((one) => one.endsWith("/") ? path.startsWith(one) : path === one);
  for (const one of found) used.add(`${kind} ${one}`);
  return found.length > 0;
}

/** Paths of modules, relative to the project; none where there is no such folder. */
function modulesAt(path: string): string[] {
  try {
    if (!Deno.statSync(`${root}/${path}`).isDirectory) return [path];
  } catch {
    return [];
  }
  return [...Deno.readDirSync(`${root}/${path}`)].flatMap(({ name, isDirectory }) =>
    isDirectory || name.endsWith(".ts") ? modulesAt(`${path}/${name}`) : []
  ).sort();
}
