/** From what the command line says of targets to open adapters. */
import { builtinAdapters } from "../adapters/mod.ts";
import {
  type AdapterFactory,
  type AdapterHost,
  type AdapterInput,
  plainHost,
  type Repository,
  type StorageAdapter,
} from "../core/storage/mod.ts";
import {
  countBytes,
  DEFAULT_RETRIES,
  inUsualWrappers,
  throttleWrites,
} from "../core/storage/wrappers/mod.ts";
import { BinimportError } from "../core/util/errors.ts";
import { type RateLimit, rateLimit } from "../core/util/retry.ts";
import type { Context } from "./context.ts";
import {
  type AdapterFlags,
  adapterInput,
  findFactory,
  foreignFlags,
  namedTargets,
  type TargetFlags,
} from "./options/mod.ts";
import type { Reporter } from "./output/mod.ts";

export interface OpenOptions {
  readonly dryRun: boolean;
  /** What a cluster's configuration names: it completes what is not given. */
  readonly named?: Repository;
  /** Takes what is noted about targets. Default: as lines for `--verbose`. */
  readonly note?: AdapterHost["note"];
}

/** Targets that are open, until they are disposed of. */
export interface OpenTargets extends AsyncDisposable {
  readonly adapters: readonly StorageAdapter[];
  /** For each, what nodes are to fetch from; throws code `usage` where they cannot. */
  readonly repositories: readonly (() => Repository)[];
}

/** Opens every target that the flags name, wrapped as they say. */
export async function openTargets(
  flags: TargetFlags & AdapterFlags,
  context: Context,
  reporter: Reporter,
  options: OpenOptions,
): Promise<OpenTargets> {
  const { named } = options;
  const names = namedTargets(flags, flags, named);
  const factories = await Promise.all(names.map(({ adapter }) => findFactory(adapter, context)));
  refuseForeign(flags, factories);
  const host = {
    ...adapterHost(context, reporter, flags.retries ?? DEFAULT_RETRIES),
    ...(options.note && { note: options.note }),
  };
  const rate = flags.bwlimit === undefined ? undefined : rateLimit(flags.bwlimit);
  const adapters: StorageAdapter[] = [];
  const repositories: (() => Repository)[] = [];
  const targets: OpenTargets = {
    adapters,
    repositories,
    // One that cannot be closed keeps no other from being closed, nor hides why that was done.
    async [Symbol.asyncDispose]() {
      await Promise.allSettled(adapters.map((one) => one[Symbol.asyncDispose]()));
    },
  };
  try {
    for (const [i, factory] of factories.entries()) {
      const complete = (given: AdapterInput) =>
        named === undefined ? given : factory.cluster?.fillOptions(given, named) ?? given;
      const given = { flags, location: names[i]?.location, complete };
      const input = await adapterInput(factory, given, context, host.warn);
      const config = factory.parse(input, host);
      const adapter = await factory.open(config, host);
      const { target } = adapter;
      const counted = countBytes(adapter, (key, bytes) => reporter.wrote(target, key, bytes));
      adapters.push(wrap(counted, flags, host, { ...options, rate }));
      repositories.push(() => repositoryOf(factory, config, host));
    }
    return targets;
  } catch (error) {
    await targets[Symbol.asyncDispose]();
    throw error;
  }
}

function repositoryOf(factory: AdapterFactory, config: unknown, host: AdapterHost): Repository {
  if (factory.cluster !== undefined) return factory.cluster.repository(config, host);
  throw new BinimportError("usage", `Cannot have nodes fetch from ${factory.name}`, {
    hint: "Have another target's address written, or set it with binimport config set.",
  });
}

function wrap(
  adapter: StorageAdapter,
  { concurrency, retries, verbose }: TargetFlags,
  host: AdapterHost,
  { dryRun, rate }: OpenOptions & { readonly rate: RateLimit | undefined },
): StorageAdapter {
  const { maxConcurrency } = adapter.capabilities;
  if (concurrency !== undefined && concurrency > maxConcurrency) {
    host.warn(
      "concurrency-lowered",
      `${adapter.target} takes ${maxConcurrency} files at once, not ${concurrency}`,
      `Give --concurrency ${maxConcurrency} or less.`,
    );
  }
  const throttled = rate === undefined ? adapter : throttleWrites(adapter, rate);
  const log = Number(verbose) > 1 ? { debug: host.debug } : {};
  return inUsualWrappers(throttled, { concurrency, retries, dryRun, ...log });
}

function refuseForeign(flags: AdapterFlags, chosen: readonly AdapterFactory[]): void {
  const [foreign] = foreignFlags(flags, chosen, builtinAdapters);
  if (foreign === undefined) return;
  const names = chosen.map((one) => one.name).join(", ");
  throw new BinimportError("usage", `Cannot use ${foreign.flag} with ${names}`, {
    hint: `It is an option of ${foreign.owner}.`,
  });
}

/** A host that knows this process's variables, and shows warnings as the other ones. */
export function adapterHost(context: Context, reporter: Reporter, retries: number): AdapterHost {
  const plain = plainHost({ debug: reporter.debug, warn: reporter.warn });
  return { ...plain, retries, env: context.env, signal: context.signal };
}
