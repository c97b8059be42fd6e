/** Flags that name targets, or a container. */
import type { Command } from "commander";
import { builtinAdapters, findBuiltin } from "../../adapters/mod.ts";
import type { AdapterFactory, Repository } from "../../core/storage/mod.ts";
import { type Choice, choiceOptions, parseChoice } from "../../locate/containers/mod.ts";
import { type Context, usageError } from "../context.ts";
import {
  adapterInput,
  addAdapterFlags,
  foreignFlags,
  type GivenOptions,
  type OptionOwner,
} from "./adapter_options.ts";
import { append, type Flags, wholeNumber } from "./flags.ts";

/** Adds the flags that name targets, and those of `plugins` and of every built-in adapter. */
export function addTargetFlags(command: Command, plugins: readonly AdapterFactory[]): Command {
  const names = builtinAdapters.map((one) => one.name).join(", ");
  command
    .optionsGroup("Target:")
    .option("--adapter <name>", `where to import: ${names}, or a plug-in's path such as ./mine.ts`)
    .option(
      "--to <adapter:location>",
      "target and its location; repeat it for several targets: nginx-fs:/srv/www, minio:http://10.0.1.1:9000/kubean",
      append,
    )
    .option("--concurrency <n>", "files to transfer at the same time", wholeNumber(1))
    .option("--retries <n>", "retries after a transient failure (default: 3)", wholeNumber(0));
  addAdapterFlags(command, [...plugins, ...builtinAdapters]);
  return command;
}

/** One target as it was named. */
interface TargetName {
  readonly adapter: string;
  /** What stands behind `ADAPTER:` in `--to`. */
  readonly location?: string;
}

/** Splits `ADAPTER:LOCATION`; a plug-in's address may hold a colon of its own, as in `file:…`. */
export function parseTarget(text: string): TargetName {
  const colon = text.indexOf(":", text.startsWith("file:") ? "file:".length : 0);
  if (colon < 0) return { adapter: text };
  return { adapter: text.slice(0, colon), location: text.slice(colon + 1) };
}

/**
 * The targets that flags name. With neither `--to` nor `--adapter` it is the first built-in adapter
 * that has all the adapter flags given, so `--endpoint …` alone means MinIO. A repository with a
 * user, as a cluster's configuration names it, has `minio` come first.
 */
export function namedTargets(flags: Flags, named?: Repository): TargetName[] {
  if (flags.to !== undefined) {
    if (flags.adapter === undefined) return flags.to.map(parseTarget);
    const hint = "Name every target with --to ADAPTER:LOCATION.";
    throw usageError("Cannot use --adapter and --to together", hint);
  }
  if (flags.adapter !== undefined) return [{ adapter: flags.adapter }];
  const first = findBuiltin(named?.user === undefined ? "nginx-fs" : "minio");
  const candidates = [...(first === undefined ? [] : [first]), ...builtinAdapters];
  const fits = candidates.find((one) => foreignFlags(flags, [one], builtinAdapters).length === 0);
  return [{ adapter: (fits ?? candidates[0])?.name ?? "nginx-fs" }];
}

/** Whether flags say anything of a target. */
export function isTargetNamed(flags: Flags): boolean {
  return flags.adapter !== undefined || flags.to !== undefined ||
    foreignFlags(flags, [], builtinAdapters).length > 0;
}

/** The options that name a container: as those of the adapter `container`, but for writing. */
export const CONTAINER_OPTIONS: OptionOwner = { name: "container", options: choiceOptions };

/** Which container is meant; throws code `usage` where that cannot be. */
export async function chosenContainer(given: GivenOptions, context: Context): Promise<Choice> {
  // None of them is a secret, to warn of.
  return parseChoice(await adapterInput(CONTAINER_OPTIONS, given, context, () => {}));
}
