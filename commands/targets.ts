/** From what the command line says of targets to open adapters. */
import { builtinAdapters, findBuiltin } from "../adapters/mod.ts";
import type { AdapterFactory, AdapterHost, StorageAdapter } from "../core/adapter.ts";
import { BinimportError } from "../core/errors.ts";
import { isPluginAddress, loadPlugin } from "../core/plugin.ts";
import { dryRun } from "../core/wrappers/dry_run.ts";
import { limitCalls } from "../core/wrappers/limit.ts";
import { logCalls } from "../core/wrappers/log.ts";
import { retryCalls } from "../core/wrappers/retry.ts";
import { type AdapterFlags, adapterInput, foreignFlags } from "./adapter_flags.ts";
import type { Context } from "./context.ts";
import type { Reporter } from "./output/reporter.ts";

/** A call that failed for a reason that may pass is made so many times more. */
const DEFAULT_RETRIES = 3;

/** One target as it was named. */
export interface TargetName {
  readonly adapter: string;
  /** What stands behind `ADAPTER:` in `--to`. */
  readonly location?: string;
}

/** Values of the target flags as the parser gives them. */
export interface TargetFlags {
  readonly adapter?: string;
  readonly to?: readonly string[];
  readonly concurrency?: number;
  readonly retries?: number;
}

/** How targets are opened. */
export interface OpenOptions {
  readonly dryRun: boolean;
}

/** Splits `ADAPTER:LOCATION`; a plug-in's address may hold a colon of its own, as in `file:…`. */
export function parseTarget(text: string): TargetName {
  const colon = text.indexOf(":", text.startsWith("file:") ? "file:".length : 0);
  if (colon < 0) return { adapter: text };
  return { adapter: text.slice(0, colon), location: text.slice(colon + 1) };
}

/**
 * The targets that flags name. With neither `--to` nor `--adapter` it is the first built-in adapter
 * that has all the adapter flags given, so `--endpoint …` alone means MinIO.
 */
export function namedTargets(flags: TargetFlags, adapterFlags: AdapterFlags): TargetName[] {
  if (flags.to !== undefined) {
    if (flags.adapter === undefined) return flags.to.map(parseTarget);
    throw new BinimportError("usage", "Cannot use --adapter and --to together", {
      hint: "Name every target with --to ADAPTER:LOCATION.",
    });
  }
  if (flags.adapter !== undefined) return [{ adapter: flags.adapter }];
  const fits = builtinAdapters.find((one) =>
    foreignFlags(adapterFlags, [one], builtinAdapters).length === 0
  );
  return [{ adapter: (fits ?? builtinAdapters[0])?.name ?? "nginx-fs" }];
}

/** The factory of a built-in adapter or of a plug-in's file. */
export async function findFactory(name: string): Promise<AdapterFactory> {
  const builtin = findBuiltin(name);
  if (builtin !== undefined) return builtin;
  if (isPluginAddress(name)) return await loadPlugin(name, Deno.cwd());
  throw new BinimportError("usage", `Cannot find an adapter named ${JSON.stringify(name)}`, {
    hint: `There are ${
      builtinAdapters.map((one) => one.name).join(", ")
    }; or give a plug-in's path, such as ./mine.ts.`,
  });
}

/** Targets that are open, until they are disposed of. */
export interface OpenTargets extends AsyncDisposable {
  readonly adapters: readonly StorageAdapter[];
}

/** Opens every target that the flags name, wrapped as they say. */
export async function openTargets(
  flags: TargetFlags & AdapterFlags,
  context: Context,
  reporter: Reporter,
  options: OpenOptions,
): Promise<OpenTargets> {
  const names = namedTargets(flags, flags);
  const factories = await Promise.all(names.map(({ adapter }) => findFactory(adapter)));
  refuseForeign(flags, factories);
  const host = adapterHost(context, reporter, flags.retries ?? DEFAULT_RETRIES);
  const adapters: StorageAdapter[] = [];
  const targets: OpenTargets = {
    adapters,
    // One that cannot be closed keeps no other from being closed, nor hides why that was done.
    async [Symbol.asyncDispose]() {
      await Promise.allSettled(adapters.map((one) => one[Symbol.asyncDispose]()));
    },
  };
  try {
    for (const [i, factory] of factories.entries()) {
      const input = await adapterInput(factory, flags, names[i]?.location, context);
      const adapter = await factory.open(factory.parse(input, host), host);
      adapters.push(wrap(adapter, flags, host, options));
    }
    return targets;
  } catch (error) {
    await targets[Symbol.asyncDispose]();
    throw error;
  }
}

/** From the inside out; docs/architecture.md says why in this order. */
function wrap(
  adapter: StorageAdapter,
  { concurrency, retries = DEFAULT_RETRIES }: TargetFlags,
  host: AdapterHost,
  options: OpenOptions,
): StorageAdapter {
  const { maxConcurrency, retriesItself = false } = adapter.capabilities;
  const limited = logCalls(limitCalls(adapter, concurrency ?? maxConcurrency), host.debug);
  const retried = retriesItself ? limited : retryCalls(limited, { retries });
  return options.dryRun ? dryRun(retried) : retried;
}

function refuseForeign(flags: AdapterFlags, chosen: readonly AdapterFactory[]): void {
  const [foreign] = foreignFlags(flags, chosen, builtinAdapters);
  if (foreign === undefined) return;
  const names = chosen.map((one) => one.name).join(", ");
  throw new BinimportError("usage", `Cannot use ${foreign.flag} with ${names}`, {
    hint: `It is an option of ${foreign.owner}.`,
  });
}

function adapterHost(context: Context, reporter: Reporter, retries: number): AdapterHost {
  return {
    retries,
    env: context.env,
    debug: reporter.debug,
    warn(code, message, hint) {
      reporter.emit({ event: "warning", code, message, ...(hint === undefined ? {} : { hint }) });
    },
    error: (code, message, details) => new BinimportError(code, message, details),
  };
}
