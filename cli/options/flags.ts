/**
 * Flags that several commands share, and what they mean.
 *
 * Flags that say which servers to trust: for what adapters ask, and for what is fetched besides.
 */
import { type Command, InvalidArgumentError, Option } from "commander";
import type { Shard } from "../../core/storage/mod.ts";
import { parseSize } from "../../core/util/units.ts";
import type { OutputOptions } from "../output/mod.ts";

/** Values of the output flags as the parser gives them. */
export interface OutputFlags {
  readonly json?: true;
  readonly quiet?: true;
  /** 1 for `-v`, 2 for `-vv`. */
  readonly verbose?: number;
  readonly progress: boolean;
  readonly color: OutputOptions["color"];
}

/** Adds the flags that every command has. */
export function addOutputFlags(command: Command): Command {
  let verbosity = 0;
  return command
    .optionsGroup("Output:")
    .option("--json", "NDJSON on standard output, one event a line")
    .addOption(new Option("--output <form>", "the same as --json").choices(["text", "json"]))
    .option("-q, --quiet", "errors only")
    .option("-v, --verbose", "each file, and what was decided and why; -vv: each call, too")
    .on("option:verbose", () => command.setOptionValue("verbose", ++verbosity))
    .option("--no-progress", "no progress line")
    .addOption(
      new Option("--color <when>", "colours").choices(["auto", "always", "never"]).default("auto"),
    );
}

/** The output options that flags mean. */
export function outputOptions(flags: OutputFlags): OutputOptions {
  return {
    json: flags.json ?? false,
    quiet: flags.quiet ?? false,
    verbose: Number(flags.verbose ?? 0),
    progress: flags.progress,
    color: flags.color,
  };
}

/** Whether a command line that may not be parsed yet asks for JSON. */
export function wantsJson(args: readonly string[]): boolean {
  return args.some((arg, i) =>
    arg === "--json" || arg === "--output=json" || (arg === "--output" && args[i + 1] === "json")
  );
}

/** What it says of colours. */
export function colorOf(args: readonly string[]): OutputOptions["color"] {
  const given = args.findLast((arg, i) => arg.startsWith("--color=") || args[i - 1] === "--color");
  const value = given?.replace("--color=", "");
  return value === "always" || value === "never" ? value : "auto";
}

/** The value of `--report`. */
export interface ReportFlag {
  readonly report?: string;
  readonly lang?: string;
}

/** Adds `--report`. */
export function addReportFlag(command: Command): Command {
  return command.option(
    "--report <file>",
    "also tell it as a web page in one file, or as data (.json): what went where, what is expected, and what to do",
  ).option("--lang <en|zh>", "the page's language (default: that of $LANG)");
}

/** Values of the package flags as the parser gives them. */
export interface PackageFlags {
  readonly stripComponents?: number | "auto";
  readonly keepJunk?: true;
  readonly include?: readonly string[];
  readonly exclude?: readonly string[];
  readonly into?: string;
  readonly maxUnpacked?: number;
  readonly maxFiles?: number;
  /** Of `import` alone. */
  readonly shard?: Shard;
}

/** Adds the flags that say how packages are read. */
export function addPackageFlags(command: Command): Command {
  return command
    .optionsGroup("Packages:")
    .option(
      "--strip-components <n>",
      "leading folders to drop from names (default: auto, one top folder common to an archive)",
      levels,
    )
    .option("--include <glob>", "only keys that match, such as 'dl.k8s.io/**'", append)
    .option("--exclude <glob>", "no keys that match", append)
    .option("--keep-junk", "also what file managers and editors leave behind, such as ._NAME")
    .option(
      "--into <folder>",
      "the folder of the target below which the files go (default: none; of a distribution's ISO image its own, such as centos-iso/7/os/x86_64)",
    )
    .option(
      "--max-unpacked <size>",
      "what a package may unpack to (default: 1GiB, or 200 times its length if that is more)",
      parseSize,
    )
    .option(
      "--max-files <n>",
      "files, folders and links that a package may hold (default: 200000)",
      wholeNumber("--max-files", 1),
    );
}

function levels(text: string): number | "auto" {
  return text === "auto" ? text : wholeNumber("--strip-components", 0)(text);
}

/** A parser for a whole number that is at least `least`. */
export function wholeNumber(flag: string, least: number): (text: string) => number {
  return (text) => {
    const value = /^\d+$/.test(text) ? Number(text) : NaN;
    if (Number.isSafeInteger(value) && value >= least) return value;
    throw new InvalidArgumentError(`${flag} takes a whole number of at least ${least}.`);
  };
}

/** Collects the values of a flag that can be given several times. */
export function append(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}

/** Values of the flags as the parser gives them. */
export interface NetworkFlags {
  readonly caFile?: string;
  readonly insecureSkipTlsVerify?: true;
}

/** As {@linkcode NetworkFlags} names them. */
const NAMES: ReadonlySet<string> = new Set<keyof NetworkFlags>(["caFile", "insecureSkipTlsVerify"]);

/**
 * Whether a flag goes with every adapter, whichever declares it: packages and public URLs are
 * fetched with the same trust.
 */
export function isNetworkFlag(attribute: string): boolean {
  return NAMES.has(attribute);
}

/** Values of the flags as the parser gives them. */
export interface ClusterFlags {
  readonly clusterConfig?: string;
  readonly writeConfig?: true;
}

export function addClusterFlags(command: Command): Command {
  return command
    .optionsGroup("The cluster's configuration:")
    .option(
      "--cluster-config <file>",
      "a clusterConfig.yaml: endpoint and credentials are read from it when not given",
    )
    .option("--write-config", "after a verified import, have its nodes fetch from there");
}
