/** Flags that several verbs share: what they are called, and what the parser makes of them. */
import { type Command, InvalidArgumentError, Option } from "commander";
import type { VerifyMode } from "../../core/importer/mod.ts";
import type { Shard } from "../../core/storage/mod.ts";
import { parseSize } from "../../core/util/units.ts";
import type { OutputOptions } from "../output/mod.ts";

/** Values of adapters' own flags, by the parser's names. */
export type AdapterFlags = Readonly<Record<string, unknown>>;

/** What the command line and its variables give, by the parser's names; a verb has some of them. */
export interface Flags extends AdapterFlags, OutputOptions {
  readonly adapter?: string;
  readonly to?: readonly string[];
  readonly url?: string;
  readonly root?: string;
  readonly endpoint?: string;
  readonly username?: string;
  readonly password?: string;
  readonly passwordFile?: string;
  readonly bucket?: string;
  readonly runtime?: string;
  readonly nginxConf?: string;
  readonly caFile?: string;
  readonly insecureSkipTlsVerify?: true;
  readonly concurrency?: number;
  readonly retries?: number;
  readonly bwlimit?: number;

  readonly stripComponents?: number | "auto";
  readonly keepJunk?: true;
  readonly include?: readonly string[];
  readonly exclude?: readonly string[];
  readonly into?: string;
  readonly maxUnpacked?: number;
  readonly maxFiles?: number;
  readonly shard?: Shard;

  readonly dryRun?: true;
  readonly verify?: VerifyMode;
  readonly checksum?: true;
  readonly force?: true;
  readonly clusterConfig?: string;
  readonly writeConfig?: true;
  readonly report?: string;
  readonly lang?: string;

  readonly expect?: readonly string[];
  readonly set?: readonly string[];
  readonly accessLog?: readonly string[];
  readonly format?: "table" | "sha256sum";
  readonly sha256?: true;
  readonly summary?: true;
  readonly yes?: true;
  readonly staged?: true;
  readonly online?: true;
  readonly kubespray?: string;
  readonly probe?: true;
  readonly samples?: number;
  readonly full?: true;
  readonly install?: true;
  readonly listen?: string;
  readonly port?: number;
  readonly tlsCert?: string;
  readonly tlsKey?: string;
}

/** Adds the flags that every verb has. */
export function addOutputFlags(command: Command): Command {
  let verbosity = 0;
  return command
    .optionsGroup("Output:")
    .option("--json", "NDJSON on standard output, one event a line")
    .addOption(
      new Option("--output <form>", "json is the same as --json").choices(["text", "json"]),
    )
    .option("-q, --quiet", "errors only")
    .option(
      "-v, --verbose",
      "show each file, and what was decided and why; -vv shows each call, too",
    )
    .on("option:verbose", () => command.setOptionValue("verbose", ++verbosity))
    .option("--no-progress", "hide the progress line")
    .addOption(
      new Option("--color <when>", "when to use colours").choices(["auto", "always", "never"])
        .default("auto"),
    );
}

/** What a command line that may not be parsed yet says of the output. */
export function outputOf(args: readonly string[]): OutputOptions {
  const valueOf = (flag: string) =>
    args.findLast((arg, i) => arg.startsWith(`${flag}=`) || args[i - 1] === flag)
      ?.replace(`${flag}=`, "");
  const color = valueOf("--color");
  return {
    json: args.includes("--json") || valueOf("--output") === "json",
    verbose: args.some((arg) => /^(?:--verbose|-v+)$/.test(arg)) ? 1 : 0,
    ...(color === "always" || color === "never" ? { color } : {}),
  };
}

export function addReportFlag(command: Command): Command {
  return command.optionsGroup("Output:")
    .option("--report <file>", "also write a report: a web page in one file, or data (.json)")
    .option("--lang <en|zh>", "language of the report (default: from $LANG)");
}

/** Adds the flags that say how packages are read. */
export function addPackageFlags(command: Command): Command {
  return command
    .optionsGroup("Packages:")
    .option(
      "--strip-components <n>",
      "leading folders to drop from names (default: auto, one top folder that the whole archive shares)",
      (text) => text === "auto" ? text : wholeNumber(0)(text),
    )
    .option("--include <glob>", "only keys that match, such as 'dl.k8s.io/**'", append)
    .option("--exclude <glob>", "no keys that match", append)
    .option(
      "--keep-junk",
      "also import what file managers and editors leave behind, such as ._NAME",
    )
    .option(
      "--into <folder>",
      "folder in the target to import into (default: none; for a distribution's ISO image its own, such as centos-iso/7/os/x86_64)",
    )
    .option(
      "--max-unpacked <size>",
      "most bytes a package may unpack to (default: 1GiB, or 200 times its size if that is more)",
      parseSize,
    )
    .option(
      "--max-files <n>",
      "most files, folders and links a package may hold (default: 200000)",
      wholeNumber(1),
    );
}

/** Adds the flags that say what nodes will ask for. */
export function addExpectFlags(command: Command): Command {
  return command
    .optionsGroup("What nodes will ask for:")
    .option(
      "--expect <file>",
      "list of files that have to be there: URLs or keys (files-amd64.list, files.list), SHA256SUMS, kubespray's checksums.yml",
      append,
    )
    .option(
      "--set <name=value|file>",
      "kubespray variable for --expect, such as kube_version=1.32.4 or image_arch=amd64; or a file of them: group_vars, clusterConfig.yaml, kubean's ConfigMap",
      append,
    );
}

/** A parser for a whole number that is at least `least`. */
export function wholeNumber(least: number): (text: string) => number {
  return (text) => {
    const value = /^\d+$/.test(text) ? Number(text) : NaN;
    if (Number.isSafeInteger(value) && value >= least) return value;
    throw new InvalidArgumentError(`Give a whole number of at least ${least}.`);
  };
}

/** Collects the values of a flag that can be given several times. */
export function append(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}
