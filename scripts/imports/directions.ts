/** Who may import whom, by which door, and who may touch the process. */

/** A room of the project: a folder, or a file at the top. */
export interface Room {
  readonly name: string;
  /** Rooms that its modules may import, by their entrances. */
  readonly mayImport: readonly string[];
  /** The globals of the process that it may use. */
  readonly mayUse: RegExp;
}

const NOTHING = /^$/;
const ANYTHING = /^/;
/** The exit status and the arguments are the program's: verbs are handed them. */
const OUTPUT_AND_ENVIRONMENT = /^(?:console|Deno\.env)$/;

const CORE = [
  "core/util",
  "core/http",
  "core/storage",
  "core/packages",
  "core/importer",
  "core/expected",
];

/**
 * Every room and what it may import. A room within another one may import what the outer one may,
 * too, and the outer one's own modules; any room may import those within it.
 */
const ROOMS: Readonly<Record<string, readonly string[]>> = {
  "core/util": [],
  "core/http": ["core/util"],
  "core/storage": ["core/util", "core/http"],
  "core/storage/wrappers": [],
  "core/storage/plugins": ["core/storage/wrappers"],
  "core/storage/conformance": ["core/storage/wrappers"],
  "core/packages": ["core/util", "core/http", "core/storage"],
  "core/packages/names": [],
  "core/packages/tar": [],
  "core/packages/compression": ["core/packages/tar"],
  "core/packages/iso9660": ["core/packages/tar", "core/packages/names"],
  "core/importer": ["core/util", "core/http", "core/storage", "core/packages"],
  "core/expected": ["core/util", "core/http", "core/storage", "core/packages", "core/importer"],
  "locate": [...CORE, "core/packages/tar"],
  "locate/servers": [],
  "locate/servers/pcre": [],
  "locate/servers/nginx": ["locate/servers/pcre"],
  "locate/servers/nginx/read": [],
  "locate/servers/apache": ["locate/servers/pcre"],
  "locate/servers/caddy": ["locate/servers/pcre"],
  "locate/servers/lighttpd": ["locate/servers/pcre"],
  "locate/containers": ["locate/servers", "locate/servers/nginx"],
  "locate/containers/runtimes": ["locate/containers/kubelet"],
  "locate/containers/kubelet": [],
  "cluster_config": CORE,
  "cluster_config/check": [],
  "cluster_config/edit": [],
  "adapters": [...CORE, "core/storage/plugins", "core/storage/wrappers", "locate"],
  "adapters/nginx_fs": [],
  "adapters/container_mount": ["adapters/nginx_fs", "locate/containers"],
  "adapters/http_put": [],
  "adapters/minio": [],
  "adapters/minio/lock": [],
  "adapters/minio/upload": [],
  "html": CORE,
  "report": [...CORE, "html", "locate", "locate/containers"],
  "serve": [...CORE, "html"],
  "serve/index": [],
  "cli": [
    ...CORE,
    "core/storage/conformance",
    "core/storage/plugins",
    "core/storage/wrappers",
    "adapters",
    "locate",
    "locate/servers",
    "locate/containers",
    "locate/containers/runtimes",
    "cluster_config",
    "report",
    "serve",
    "deno.json",
  ],
  "cli.ts": ["cli"],
  "mod.ts": [...CORE, "core/storage/plugins", "adapters", ...builtinAdapters()],
  "examples": ["mod.ts", "core/storage/conformance"],
  "scripts": ["the product", "deno.json"],
  "tests": ["the product", "scripts", "deno.json"],
  "bench": ["the product", "tests", "scripts", "deno.json"],
};

/** The factories that the library exports by name. */
function builtinAdapters(): string[] {
  return ["adapters/nginx_fs", "adapters/minio", "adapters/http_put"];
}

/** What every room in itself is made of. */
const PRODUCT =
  /^(?:core|locate|cluster_config|adapters|html|report|serve|cli)\/|^(?:cli|mod)\.ts$/;

/** Those whose job it is to look into every room. */
const OUTSIDE = /^(?:tests|bench|scripts)\//;

/** A folder without a door: small tools that everybody takes by hand. */
const OPEN_FOLDER = "core/util";

/** The room that a path, relative to the project, belongs to; undefined when it is in none. */
export function roomOf(path: string): Room | undefined {
  const around = enclosing(path).filter((name) => name in ROOMS);
  const [name] = around;
  if (name === undefined) return undefined;
  return { name, mayImport: around.flatMap((one) => ROOMS[one] ?? []), mayUse: usesOf(path) };
}

/** Why one module may not import another; undefined where it may. Paths are those of the project. */
export function refusalOf(from: string, to: string): string | undefined {
  const room = roomOf(from);
  if (room === undefined) return undefined;
  if (!goesTheRightWay(room, to)) return `${room.name} may not import ${to}`;
  if (OUTSIDE.test(from) || hasOpenDoor(from, to)) return undefined;
  return `${room.name} may enter ${folderOf(to)} only by its mod.ts, not by ${to}`;
}

function goesTheRightWay({ name, mayImport }: Room, to: string): boolean {
  const target = roomOf(to)?.name ?? to;
  return target === name || isWithin(name, target) || isWithin(target, name) ||
    mayImport.includes(target) || mayImport.includes("the product") && PRODUCT.test(to);
}

/** Whether it is in the same folder or in one around it, or is an entrance. */
function hasOpenDoor(from: string, to: string): boolean {
  const folder = folderOf(to);
  return folder === "" || folder === OPEN_FOLDER || folder === OWN_FOLDER[from] ||
    from.startsWith(`${folder}/`) ||
    to === `${folder}/mod.ts` || VERB.test(to) || EXAMPLE.test(to);
}

/** The program's first module: it loads the rest only when it has to. */
const OWN_FOLDER: Readonly<Record<string, string>> = { "cli.ts": "cli" };

/** A verb of the command line is entered where it is declared. */
const VERB = /^cli\/[a-z_]+\/command\.ts$/;

/** Examples show one thing each, and stand alone. */
const EXAMPLE = /^examples\//;

/** The path itself and all folders around it, innermost first. */
function enclosing(path: string): string[] {
  const parts = path.split("/");
  return parts.map((_, index) => parts.slice(0, parts.length - index).join("/"));
}

function isWithin(path: string, folder: string): boolean {
  return path.startsWith(`${folder}/`);
}

function folderOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf("/")));
}

function usesOf(path: string): RegExp {
  if (path === "cli.ts" || OUTSIDE.test(path)) return ANYTHING;
  return isWithin(path, "cli") ? OUTPUT_AND_ENVIRONMENT : NOTHING;
}
