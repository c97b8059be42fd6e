/** From what the command line says of targets to open adapters. */
import {
  type AdapterFactory,
  type AdapterHost,
  type AdapterInput,
  isStateKey,
  plainHost,
  type Repository,
  type StorageAdapter,
} from "../core/storage/mod.ts";
import { DEFAULT_RETRIES, inUsualWrappers } from "../core/storage/wrappers/mod.ts";
import { rateLimit } from "../core/util/retry.ts";
import { usageError } from "./context.ts";
import { adapterInput, findFactory, namedTargets, refuseForeign } from "./options/mod.ts";
import type { Session } from "./session.ts";

/** Targets that are open, until they are disposed of. */
export interface OpenTargets extends AsyncDisposable {
  readonly adapters: readonly StorageAdapter[];
  /** For each, what nodes are to fetch from, or why they cannot. */
  readonly repositories: readonly (Repository | Error)[];
}

/** Opens what the flags name, wrapped as they say; `named` completes it, `note` replaces `debug`. */
export async function openTargets(
  session: Session,
  { dryRun, named, note }: Readonly<
    { dryRun: boolean; named?: Repository | undefined; note?: AdapterHost["note"] }
  >,
): Promise<OpenTargets> {
  const { flags, context, report } = session;
  const { bwlimit, concurrency, retries = DEFAULT_RETRIES } = flags;
  const host = { ...adapterHost(session, retries), ...(note && { note }) };
  const names = namedTargets(flags, named);
  const factories = await Promise.all(names.map(({ adapter }) => findFactory(adapter, context)));
  refuseForeign(flags, factories);
  const rate = bwlimit === undefined ? undefined : rateLimit(bwlimit);
  const log = Number(flags.verbose) > 1 ? { debug: host.debug } : {};
  const adapters: StorageAdapter[] = [];
  const repositories: (Repository | Error)[] = [];
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
      const config = factory.parse(await adapterInput(factory, given, session), host);
      const adapter = await factory.open(config, host);
      const { target, capabilities: { maxConcurrency } } = adapter;
      if (concurrency !== undefined && concurrency > maxConcurrency) {
        const message = `${target} takes ${maxConcurrency} files at once, not ${concurrency}`;
        const hint = `Give --concurrency ${maxConcurrency} or less.`;
        host.warn("concurrency-lowered", message, hint);
      }
      const onBytes = (key: string, bytes: number) => {
        if (!isStateKey(key)) report.wrote(target, key, bytes);
      };
      const wrappers = { onBytes, rate, concurrency, retries, dryRun, ...log };
      adapters.push(inUsualWrappers(adapter, wrappers));
      repositories.push(repositoryOf(factory, config, host));
    }
    if (session.record !== undefined) {
      const { recordRoutes } = await import("./report_file.ts");
      await recordRoutes(adapters, session, session.record);
    }
    return targets;
  } catch (error) {
    await targets[Symbol.asyncDispose]();
    throw error;
  }
}

function repositoryOf({ name, cluster }: AdapterFactory, config: unknown, host: AdapterHost) {
  try {
    if (cluster !== undefined) return cluster.repository(config, host);
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
  const hint = "Use another target, or set an address with binimport config set.";
  return usageError(`Cannot have nodes fetch from ${name}`, hint);
}

/** A host that knows this process's variables, and shows warnings as the other ones. */
export function adapterHost({ context, report, signal }: Session, retries: number): AdapterHost {
  const host = plainHost({ debug: report.debug, warn: report.warn });
  return { ...host, retries, env: context.env, signal };
}
