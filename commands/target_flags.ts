/** Flags of commands that work on targets. */
import { type Command, Option } from "commander";
import { builtinAdapters } from "../adapters/mod.ts";
import type { AdapterFactory } from "../core/adapter.ts";
import { addAdapterFlags } from "./adapter_flags.ts";
import { append, wholeNumber } from "./flags.ts";

/** Adds the flags that name targets, and those of every built-in adapter and of `plugins`. */
export function addTargetFlags(command: Command, plugins: readonly AdapterFactory[]): Command {
  const names = builtinAdapters.map((one) => one.name).join(", ");
  command
    .optionsGroup("Target:")
    .option("--adapter <name>", `where to: ${names}, or a plug-in's path such as ./mine.ts`)
    .option(
      "--to <adapter:location>",
      "where to, several times for several targets: nginx-fs:/srv/www, minio:http://10.0.1.1:9000/kubean",
      append,
    )
    .option("--concurrency <n>", "files under way at once", wholeNumber("--concurrency", 1))
    .option(
      "--retries <n>",
      "repetitions after a failure that may pass (default: 3)",
      wholeNumber("--retries", 0),
    );
  addAdapterFlags(command, [...builtinAdapters, ...plugins]);
  return command;
}

/** Adds `--verify`. */
export function addVerifyFlag(command: Command): Command {
  return command.addOption(
    new Option(
      "--verify <mode>",
      "how to prove what was written: read it back (target), fetch every body (url), ask for every length and fetch one body (auto)",
    )
      .choices(["auto", "url", "target", "off"]).default("auto"),
  );
}
