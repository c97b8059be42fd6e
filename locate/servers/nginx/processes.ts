/** Running and installed nginx, OpenResty, Tengine, Angie: which configuration each one reads. */
import { existsSync } from "node:fs";
import { hostname } from "node:os";
import { basename, dirname, resolve } from "node:path";
import { fromBuffer, toText } from "../../bytes.ts";
import { hostView, viewOf } from "../../file_view.ts";
import {
  hasOurRoot,
  idsOf,
  type Process,
  processes,
  procLink,
  programBytes,
  programName,
} from "../../proc.ts";
import { optionsIn } from "../server.ts";
import type { Installation } from "./installation.ts";

export interface RunningNginx extends Process {
  /** What it was started with, behind the program's name. */
  readonly options: StartOptions;
}

/** `-p` is the prefix, `-c` the configuration. */
export interface StartOptions {
  readonly program: string;
  readonly prefix?: string | undefined;
  readonly confPath?: string | undefined;
}

const PROGRAMS = new Set(["nginx", "openresty", "tengine", "angie", "freenginx"]);

export function runningNginx(): RunningNginx[] {
  return processes().flatMap((one) => {
    const [first = ""] = one.argv;
    const [, command] = TITLE.exec(first) ?? [];
    if (command !== undefined) return [{ ...one, options: parseTitle(command) }];
    const isProgram = PROGRAMS.has(basename(first)) && PROGRAMS.has(programName(one));
    const options = isProgram ? startedBy(one.argv) : undefined;
    return options === undefined ? [] : [{ ...one, options }];
  });
}

/** Angie has its version, a count of reloads, and brackets around what it was started with. */
const TITLE = /^\S+: (?:(?:master|single) process v[^[]* #\d+ \[|master process )(.*?)\]?$/s;

/** A master's title is its command line; a word with blanks in it ends where an option begins. */
function parseTitle(command: string): StartOptions {
  const value = (letter: string) =>
    new RegExp(` -${letter} ?(.+?)(?= -[?hvVtTqspceg](?: |$)|$)`, "s").exec(command)?.[1];
  return { program: command.split(" ", 1)[0] ?? "", prefix: value("p"), confPath: value("c") };
}

/** How an nginx is started by a command line, perhaps by another program in it. */
export function startedBy(argv: readonly string[]): StartOptions | undefined {
  const start = argv.findIndex((word) => PROGRAMS.has(basename(word)));
  if (start < 0) return undefined;
  const [program = "", ...words] = argv.slice(start);
  const [[prefix], [confPath]] = [optionsIn(words, "-p"), optionsIn(words, "-c")];
  return { program, prefix, confPath };
}

/** What a master reads; undefined when it sees other files. Another user's shows its title. */
export function installationOf(running: RunningNginx): Installation | undefined {
  const ours = hasOurRoot(running);
  if (ours === false) return undefined;
  const { pid, options } = running;
  const build = buildOf(`/proc/${pid}/exe`) ?? buildOf(options.program);
  return {
    ...pathsOf(options, build ?? DEFAULT_BUILD, procLink(running.pid, "cwd") ?? "/"),
    view: viewOf(pid),
    prefixAssumed: build === undefined && options.prefix === undefined,
    uncertain: ours === undefined,
    ownUser: (idsOf(running)?.uid ?? 0) !== 0,
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
  return { prefix, confPath: resolve(prefix, conf ?? build.confPath) };
}

export interface Build {
  readonly prefix: string;
  /** `--conf-path`; where relative, below the prefix that nginx is started with. */
  readonly confPath: string;
}

const DEFAULT_BUILD: Build = { prefix: "/usr/local/nginx", confPath: "conf/nginx.conf" };

const ARGUMENTS = /configure arguments:[^\0\n]*/;

/** What a program was built with: the line that `nginx -V` prints stands in it. It is not run. */
export function buildOf(program: string): Build | undefined {
  return buildIn(toText(ARGUMENTS.exec(fromBuffer(programBytes(program)))?.[0] ?? ""));
}

/** What is told by a text with the line that `nginx -V` prints; undefined when it has none. */
export function buildIn(text: string): Build | undefined {
  const line = ARGUMENTS.exec(text)?.[0];
  if (line === undefined) return undefined;
  const option = (name: string) => {
    const [, quoted, plain] = new RegExp(` --${name}=(?:'([^']*)'|(\\S+))`).exec(line) ?? [];
    return quoted ?? plain;
  };
  const { prefix, confPath } = DEFAULT_BUILD;
  return { prefix: option("prefix") ?? prefix, confPath: option("conf-path") ?? confPath };
}

const PREFIXES = [
  "/usr/local/nginx",
  "/usr/local/openresty/nginx",
  "/usr/local/tengine",
  "/opt/nginx",
];

const USUAL_PROGRAMS = [
  ...["/usr/sbin/nginx", "/usr/local/sbin/nginx", "/usr/sbin/angie", "/usr/bin/nginx"],
  ...PREFIXES.map((prefix) => `${prefix}/sbin/nginx`),
];

/** Main configuration files that are there where no program is, such as one copied by hand. */
const CONFIGURATIONS = [
  ...["/etc/nginx/nginx.conf", "/usr/local/etc/nginx/nginx.conf"],
  ...PREFIXES.map((prefix) => `${prefix}/conf/nginx.conf`),
];

export function installedBuilds(): Build[] {
  return USUAL_PROGRAMS.map(buildOf).filter((build) => build !== undefined);
}

/** Installations at usual places whose main configuration file exists. */
export function usualInstallations(): Installation[] {
  const builds = installedBuilds();
  const built = builds.map((build) => pathsOf({}, build, "/").confPath);
  return [...new Set([...built, ...CONFIGURATIONS])].filter((path) => existsSync(path))
    .map((confPath) => installationFor(confPath, builds));
}

/** The installation that a main configuration file belongs to, as far as it can be guessed. */
export function installationFor(confPath: string, builds: readonly Build[]): Installation {
  const own = builds.find((build) => pathsOf({}, build, "/").confPath === confPath);
  const folder = dirname(confPath);
  const guessed = basename(folder) === "conf" ? dirname(folder) : builds[0]?.prefix;
  return {
    view: hostView,
    confPath,
    hostname: hostname(),
    prefix: own?.prefix ?? guessed ?? DEFAULT_BUILD.prefix,
    prefixAssumed: own === undefined,
  };
}
