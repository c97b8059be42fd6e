/** Flags of commands that work on targets. */
import { type Command, Option } from "commander";
import { builtinAdapters } from "../adapters/mod.ts";
import type { AdapterFactory } from "../core/adapter.ts";
import { BinimportError, messageOf } from "../core/errors.ts";
import { type HttpFetch, httpFetch } from "../core/http_fetch.ts";
import { addAdapterFlags } from "./adapter_flags.ts";
import type { Context } from "./context.ts";
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

/** Values of the flags that say which servers to trust. */
export interface NetworkFlags {
  readonly caFile?: string;
  readonly insecureSkipTlsVerify?: true;
}

/** What fetches public URLs: with the same trust as the adapter has. */
export async function networkFetch(flags: NetworkFlags, context: Context): Promise<HttpFetch> {
  const file = flags.caFile ?? context.env("BINIMPORT_CA_FILE");
  const insecure = flags.insecureSkipTlsVerify ??
    (context.env("BINIMPORT_INSECURE_SKIP_TLS_VERIFY") === undefined ? undefined : true);
  return httpFetch({
    ...(file === undefined ? {} : { ca: await readCa(file) }),
    ...(insecure === undefined ? {} : { insecure }),
  });
}

async function readCa(file: string): Promise<string> {
  try {
    return await Deno.readTextFile(file);
  } catch (cause) {
    throw new BinimportError(
      "usage",
      `Cannot read ${JSON.stringify(file)} of --ca-file: ${messageOf(cause)}`,
      { cause },
    );
  }
}
