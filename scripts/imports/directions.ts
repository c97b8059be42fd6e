/** Who may import whom, and who may touch the process. */

/** A part of the project: its top folder, or its file at the top. */
export interface Part {
  readonly name: string;
  /** Patterns of paths, relative to the project, that its modules may import. */
  readonly mayImport: readonly RegExp[];
  /** The globals of the process that it may use. */
  readonly mayUse: RegExp;
}

const CORE = /^core\//;
const LOCATE = /^locate\//;
const CONFIG = /^config\//;
const ADAPTERS = /^adapters\//;
const PAGES = /^pages\//;
const REPORT = /^report\//;
const SERVE = /^serve\//;
const COMMANDS = /^commands\//;
const PRODUCT =
  /^(?:(?:core|locate|config|adapters|pages|report|serve|commands)\/|(?:cli|mod)\.ts$)/;
const PROJECT_FILE = /^deno\.json$/;

const NOTHING = /^$/;
const ANYTHING = /^/;
/** The exit status and the arguments are the program's: commands are handed them. */
const OUTPUT_AND_ENVIRONMENT = /^(?:console|Deno\.env)$/;

const PARTS: readonly Part[] = [
  part("core", [CORE]),
  part("locate", [CORE, LOCATE]),
  part("config", [CORE, CONFIG]),
  part("adapters", [CORE, LOCATE, ADAPTERS]),
  part("pages", [CORE, PAGES]),
  part("report", [CORE, LOCATE, PAGES, REPORT]),
  part("serve", [CORE, PAGES, SERVE]),
  part(
    "commands",
    [CORE, LOCATE, CONFIG, /^adapters\/mod\.ts$/, REPORT, SERVE, COMMANDS, PROJECT_FILE],
    OUTPUT_AND_ENVIRONMENT,
  ),
  part("cli.ts", [COMMANDS], ANYTHING),
  part("mod.ts", [CORE, ADAPTERS]),
  part("examples", [/^mod\.ts$/, /^examples\//]),
  part("scripts", [PRODUCT, PROJECT_FILE, /^scripts\//], ANYTHING),
  part("tests", [PRODUCT, PROJECT_FILE, /^(?:tests|scripts)\//], ANYTHING),
  part("bench", [PRODUCT, PROJECT_FILE, /^(?:tests|scripts|bench)\//], ANYTHING),
];

/** The part that a path, relative to the project, belongs to; undefined when it belongs to none. */
export function partOf(path: string): Part | undefined {
  const top = path.split("/", 1)[0];
  return PARTS.find(({ name }) => name === top);
}

function part(name: string, mayImport: readonly RegExp[], mayUse = NOTHING): Part {
  return { name, mayImport, mayUse };
}
