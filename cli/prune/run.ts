/** Runs `binimport prune`. */
import type { Fetch } from "../../core/http/mod.ts";
import { type Pruned, type PruneOptions, pruneTarget } from "../../core/importer/mod.ts";
import { packageKeys } from "../../core/packages/mod.ts";
import { loadManifest, type StorageAdapter } from "../../core/storage/mod.ts";
import { BinimportError } from "../../core/util/errors.ts";
import { formatBytes, formatCount } from "../../core/util/units.ts";
import { type Context, exitStatus } from "../context.ts";
import {
  type AdapterFlags,
  type NetworkFlags,
  type OutputFlags,
  outputOptions,
  type PackageFlags,
  type TargetFlags,
} from "../options/mod.ts";
import { errorEvent, printable, type Reporter, reporter } from "../output/mod.ts";
import { choosePackages, networkFetch, readOptions } from "../packages.ts";
import { openTargets } from "../targets.ts";

/** Prunes every target; the exit status is that of the worst failure. */
export async function runPrune(
  named: readonly string[],
  flags: PruneFlags,
  context: Context,
): Promise<number> {
  if (flags.staged === true) return await pruneStaged(named, flags, context);
  if (named.length === 0) {
    throw new BinimportError("usage", "Cannot prune: no package was named", {
      hint: "Name every package that is still in use; what they hold stays.",
    });
  }
  using report = reporter(context, outputOptions(flags));
  using fetch = await networkFetch(flags, context, report);
  const dryRun = flags.yes !== true || flags.dryRun === true;
  await using targets = await openTargets(flags, context, report, { dryRun });
  const { signal } = context;
  const options = { held: await heldKeys(named, flags, context, fetch, report), dryRun, signal };
  return await forEachAdapter(targets.adapters, context, report, (adapter) => {
    return prune(adapter, options, report);
  });
}

/** One that fails is told of, and keeps no other from its turn; gives the worst exit status. */
async function forEachAdapter(
  adapters: readonly StorageAdapter[],
  { signal }: Context,
  report: Reporter,
  work: (adapter: StorageAdapter) => Promise<void>,
): Promise<number> {
  let status = 0;
  for (const adapter of adapters) {
    try {
      await work(adapter);
    } catch (error) {
      signal.throwIfAborted();
      report.emit(errorEvent(error, adapter.target));
      status = Math.max(status, exitStatus(error));
    }
  }
  return status;
}

/** What no run goes on with is of no use to anybody: it needs no `--yes`. */
async function pruneStaged(
  named: readonly string[],
  flags: PruneFlags,
  context: Context,
): Promise<number> {
  using report = reporter(context, outputOptions(flags));
  using fetch = await networkFetch(flags, context, report);
  const { signal } = context;
  const dryRun = flags.dryRun === true;
  await using targets = await openTargets(flags, context, report, { dryRun });
  const ofPackages = named.length === 0 ? [] : await heldKeys(named, flags, context, fetch, report);
  return await forEachAdapter(targets.adapters, context, report, async (adapter) => {
    const { files } = await loadManifest(adapter, { signal });
    const keys = [...new Set([...files.keys(), ...ofPackages])];
    const staged = await adapter.clearStaged?.(keys, { signal, dryRun }) ?? 0;
    const { target } = adapter;
    report.result(
      { event: "summary", ok: true, target, staged, dryRun },
      `${target}: ${formatCount(staged, "staged file")} ${dryRun ? "to remove" : "removed"}\n`,
    );
  });
}

async function heldKeys(
  named: readonly string[],
  flags: PruneFlags,
  context: Context,
  fetch: Fetch,
  report: Reporter,
): Promise<Set<string>> {
  return await packageKeys(await choosePackages(named, context, fetch, flags), {
    ...(await readOptions(flags, report)),
    signal: context.signal,
  });
}

/** How many files, and their length together. */
interface Count {
  files: number;
  bytes: number;
}

async function prune(
  adapter: StorageAdapter,
  options: PruneOptions,
  report: Reporter,
): Promise<void> {
  const { target } = adapter;
  const [gone, kept]: [Count, Count] = [{ files: 0, bytes: 0 }, { files: 0, bytes: 0 }];
  await pruneTarget(adapter, options, (pruned) => {
    const count = pruned.action === "kept" ? kept : gone;
    count.files++;
    count.bytes += pruned.size;
    report.result({ event: "file", ...pruned, target }, fileLine(pruned));
  });
  summarise(target, gone, kept, options.dryRun, report);
}

function fileLine({ key, size, action, detail }: Pruned): string {
  const why = detail === undefined ? "" : `  (${detail})`;
  return `${action.padEnd(12)}  ${formatBytes(size).padStart(8)}  ${printable(key + why)}\n`;
}

function summarise(
  target: string,
  gone: Count,
  kept: Count,
  dryRun: boolean,
  report: Reporter,
): void {
  const files = `${formatCount(gone.files, "file")}, ${formatBytes(gone.bytes)}`;
  const stays = kept.files === 0 ? "" : `; ${formatCount(kept.files, "file")} kept`;
  const ask = gone.files === 0 ? "" : "\nNothing was removed: give --yes to remove them.";
  report.result(
    {
      event: "summary",
      ok: true,
      target,
      removed: gone.files,
      kept: kept.files,
      bytes: gone.bytes,
      dryRun,
    },
    `${target}: ${files} ${dryRun ? "to remove" : "removed"}${stays}${dryRun ? ask : ""}\n`,
  );
}

/** Values of its flags as the parser gives them. */
export type PruneFlags = TargetFlags & PackageFlags & OutputFlags & NetworkFlags & AdapterFlags & {
  readonly yes?: true;
  readonly dryRun?: true;
  readonly staged?: true;
};
