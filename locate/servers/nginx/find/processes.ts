/** Running nginx, OpenResty, Tengine, Angie: which configuration each one reads. */
import { existsSync } from "node:fs";
import { hostname } from "node:os";
import { basename, dirname, resolve } from "node:path";
import { readForeign } from "../../../../core/util/foreign_file.ts";
import { fromBuffer, toText } from "../../../bytes.ts";
import { hostView } from "../../../file_view.ts";
import {
  isRoots,
  type Process,
  processes,
  programName,
  seesOurFiles,
  workingFolder,
} from "../../../proc.ts";
import type { Installation } from "../installation.ts";

export interface RunningNginx extends Process {
  /** What it was started with, behind the program's name. */
  readonly options: StartOptions;
}

/** Options on the command line that matter here. */
export interface StartOptions {
  /** The program as it was called. */
  readonly program: string;
  /** `-p`. */
  readonly prefix?: string;
  /** `-c`. */
  readonly confPath?: string;
}

/** Names of programs that are nginx, or made from it. */
const PROGRAMS = new Set(["nginx", "openresty", "tengine", "angie", "freenginx"]);

/** Every master process that can be seen. */
export function runningNginx(): RunningNginx[] {
  return processes().flatMap((one) => {
    const options = optionsOf(one);
    return options === undefined ? [] : [{ ...one, options }];
  });
}

/** Undefined for what is no master of an nginx. */
function optionsOf(one: Process): StartOptions | undefined {
  const [first = ""] = one.argv;
  const [, title, command] = /^(\S+): master process (.*)$/s.exec(first) ?? [];
  if (title !== undefined && command !== undefined) return parseTitle(command);
  const isProgram = PROGRAMS.has(basename(first)) && PROGRAMS.has(programName(one));
  return isProgram ? parseOptions(one.argv) : undefined;
}

/**
 * The title of a master holds its command line with blanks between the words, so a word that has
 * blanks itself ends where another option begins.
 */
function parseTitle(command: string): StartOptions {
  const value = (letter: string) =>
    new RegExp(` -${letter} ?(.+?)(?= -[?hvVtTqspceg](?: |$)|$)`, "s").exec(command)?.[1];
  const [program = ""] = command.split(" ", 1);
  return startOptions(program, value("p"), value("c"));
}

/** The options of an nginx that is started by a command line, perhaps by another program in it. */
export function optionsIn(argv: readonly string[]): StartOptions | undefined {
  const at = argv.findIndex((word) => PROGRAMS.has(basename(word)));
  return at < 0 ? undefined : parseOptions(argv.slice(at));
}

function parseOptions([program = "", ...argv]: readonly string[]): StartOptions {
  const value = (letter: string) => {
    const at = argv.findIndex((word) => word.startsWith(`-${letter}`));
    const word = argv[at];
    return word === undefined ? undefined : word.slice(2) || argv[at + 1];
  };
  return startOptions(program, value("p"), value("c"));
}

function startOptions(
  program: string,
  prefix: string | undefined,
  confPath: string | undefined,
): StartOptions {
  return {
    program,
    ...(prefix === undefined ? {} : { prefix }),
    ...(confPath === undefined ? {} : { confPath }),
  };
}

/**
 * What a master reads; undefined when it sees other files than this host has. A process of another
 * user shows only its title: then its program is looked for where that says, and it is uncertain.
 */
export function installationOf(running: RunningNginx): Installation | undefined {
  const ours = seesOurFiles(running);
  if (ours === false) return undefined;
  const { pid, options } = running;
  const build = buildOf(`/proc/${pid}/exe`) ?? buildOf(options.program);
  const unknown: Build = { prefix: "/usr/local/nginx", confPath: "conf/nginx.conf" };
  return {
    ...pathsOf(options, build ?? unknown, workingFolder(running) ?? "/"),
    view: hostView,
    ...(build === undefined && options.prefix === undefined ? { prefixAssumed: true } : {}),
    ...(ours === undefined ? { uncertain: true } : {}),
    ...(isRoots(running) ? {} : { ownUser: true }),
    hostname: hostname(),
  };
}

/** The options' paths, else those built in; the file is relative to the prefix. */
export function pathsOf(
  { prefix: given, confPath: conf }: Omit<StartOptions, "program">,
  build: Build,
  folder: string,
): Pick<Installation, "prefix" | "confPath"> {
  const prefix = given === undefined ? build.prefix : resolve(folder, given);
  const confPath = conf ?? build.confPath;
  return {
    prefix,
    confPath: confPath.startsWith("/") ? confPath : `${prefix.replace(/\/*$/, "/")}${confPath}`,
  };
}

/** Paths that are built in. */
export interface Build {
  /** `--prefix`. */
  readonly prefix: string;
  /** `--conf-path`; where relative, below the prefix that nginx is started with. */
  readonly confPath: string;
}

const MARK = "configure arguments:";

/** In bytes. nginx with all its modules in it has some 10 MB. */
const MAX_PROGRAM = 256 * 1024 * 1024;

/**
 * Reads the program's file instead of running it: it might be somebody else's. The line that
 * `nginx -V` prints stands in it as it is.
 *
 * @returns undefined when it cannot be read, or is no nginx
 */
export function buildOf(program: string): Build | undefined {
  let bytes: string;
  try {
    bytes = fromBuffer(readForeign(program, MAX_PROGRAM));
  } catch {
    return undefined;
  }
  const start = bytes.indexOf(MARK);
  return start < 0 ? undefined : buildIn(toText(bytes.slice(start).split("\0", 1)[0] ?? ""));
}

/** What is told by a text with the line that `nginx -V` prints; undefined when it has none. */
export function buildIn(text: string): Build | undefined {
  const line = text.split("\n").find((one) => one.includes(MARK));
  if (line === undefined) return undefined;
  return {
    prefix: option(line, "prefix") ?? "/usr/local/nginx",
    confPath: option(line, "conf-path") ?? "conf/nginx.conf",
  };
}

function option(line: string, name: string): string | undefined {
  const [, quoted, plain] = new RegExp(` --${name}=(?:'([^']*)'|(\\S+))`).exec(line) ?? [];
  return quoted ?? plain;
}

const USUAL_PROGRAMS = [
  "/usr/sbin/nginx",
  "/usr/local/sbin/nginx",
  "/usr/local/nginx/sbin/nginx",
  "/usr/local/openresty/nginx/sbin/nginx",
  "/usr/local/tengine/sbin/nginx",
  "/usr/sbin/angie",
  "/opt/nginx/sbin/nginx",
  "/usr/bin/nginx",
];

/** Main configuration files that are there where no program is, such as one copied by hand. */
const CONFIGURATIONS = [
  "/etc/nginx/nginx.conf",
  "/usr/local/nginx/conf/nginx.conf",
  "/usr/local/openresty/nginx/conf/nginx.conf",
  "/usr/local/etc/nginx/nginx.conf",
  "/opt/nginx/conf/nginx.conf",
];

/** What nginx is built with when nothing is said. */
const DEFAULT_PREFIX = "/usr/local/nginx";

/** The programs installed here, with what they were built with. */
export function installedBuilds(): Build[] {
  return USUAL_PROGRAMS.map(buildOf).filter((build) => build !== undefined);
}

/** Installations at usual places whose main configuration file exists. */
export function usualInstallations(): Installation[] {
  const builds = installedBuilds();
  const built = builds.map((build) => pathsOf({}, build, "/").confPath);
  const paths = [...new Set([...built, ...CONFIGURATIONS])].filter((path) => existsSync(path));
  return paths.map((confPath) => installationFor(confPath, builds));
}

/** The installation that a main configuration file belongs to, as far as it can be guessed. */
export function installationFor(confPath: string, builds: readonly Build[]): Installation {
  const paths = { view: hostView, confPath, hostname: hostname() };
  const own = builds.find((build) => pathsOf({}, build, "/").confPath === confPath);
  if (own !== undefined) return { ...paths, prefix: own.prefix };
  const folder = dirname(confPath);
  const prefix = basename(folder) === "conf" ? dirname(folder) : builds[0]?.prefix;
  return { ...paths, prefix: prefix ?? DEFAULT_PREFIX, prefixAssumed: true };
}
