/** Running nginx, OpenResty, Tengine, Angie: which configuration each one reads. */
import { hostname } from "node:os";
import { basename, resolve } from "node:path";
import { hostView } from "../file_view.ts";
import {
  isRoots,
  type Process,
  processes,
  programName,
  seesOurFiles,
  workingFolder,
} from "../proc.ts";
import { type Build, buildOf } from "./build.ts";
import type { Installation } from "./configuration.ts";

/** A master process. */
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
