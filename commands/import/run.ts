/** Runs `binimport import`. */
import { BinimportError } from "../../core/errors.ts";
import { type ImportOptions, importPackages, type ImportResult } from "../../core/importer.ts";
import type { Trust } from "../../core/known_digests.ts";
import type { Fetch } from "../../core/verify.ts";
import type { Context } from "../context.ts";
import { exitStatus, Stopped } from "../exit_status.ts";
import { outputOptions } from "../flags.ts";
import type { ImportFlags } from "../import.ts";
import { networkFetch } from "../network_fetch.ts";
import { errorEvent } from "../output/error_event.ts";
import { type Output, recordWays, withReport } from "../output/report.ts";
import { type Reporter, reporter } from "../output/reporter.ts";
import { choosePackages, keyFilter, packageLimits, packageOptions } from "../packages.ts";
import { openTargets } from "../targets.ts";
import { openClusterFile, planRepository, writeRepository } from "./cluster_config.ts";

/** Imports the packages named, else those that are found; gives the exit status. */
export async function runImport(
  named: readonly string[],
  flags: ImportFlags,
  context: Context,
): Promise<number> {
  using screen = reporter(context, outputOptions(flags));
  return await withReport("import", flags, screen, (output) => {
    return tellingWhatStays(
      output,
      context.signal,
      (told) => importInto(named, flags, context, told),
    );
  });
}

/** When the import is stopped: whether anything has changed, and that nothing is done twice. */
async function tellingWhatStays(
  { report, ...output }: Output,
  signal: AbortSignal,
  run: (output: Output) => Promise<number>,
): Promise<number> {
  let published = false;
  const emit: Reporter["emit"] = (event) => {
    published ||= event.event === "file" && event.action === "written";
    report.emit(event);
  };
  try {
    return await run({ ...output, report: { ...report, emit } });
  } catch (error) {
    const { reason } = signal;
    if (!signal.aborted || !(reason instanceof Stopped)) throw error;
    const changed = published ? "Files already published are whole." : "Nothing was changed.";
    const hint = `${changed} Staged files are kept; run the same command to continue.`;
    throw new Stopped(reason.signalName, hint);
  }
}

async function importInto(
  named: readonly string[],
  flags: ImportFlags,
  context: Context,
  { report, record }: Output,
): Promise<number> {
  using fetch = await networkFetch(flags, context, report);
  const options = await importOptions(flags, context, report, fetch);
  const dryRun = flags.dryRun ?? false;
  const file = await openClusterFile(flags);
  const openOptions = file?.named === undefined ? { dryRun } : { dryRun, named: file.named };
  await using targets = await openTargets(flags, context, report, openOptions);
  await recordWays(targets.adapters, flags, context, record);
  const packages = await choosePackages(named, context, fetch, flags);
  record?.addPackages(packages);
  const repository = file === undefined
    ? undefined
    : await planRepository(file, targets, flags, report);
  const status = tell(await importPackages(packages, targets.adapters, options), report);
  if (file === undefined || repository === undefined || status !== 0) return status;
  await writeRepository(file, repository, flags, context, report);
  return 0;
}

async function importOptions(
  flags: ImportFlags,
  context: Context,
  report: Reporter,
  fetch: Fetch,
): Promise<ImportOptions> {
  const keys = packageOptions(flags);
  return {
    packageOptions: keys,
    wanted: await keyFilter(keys),
    limits: packageLimits(flags),
    trust: trust(flags),
    verify: flags.verify,
    fetch,
    dryRun: flags.dryRun ?? false,
    signal: context.signal,
    emit: report.emit,
  };
}

function trust({ checksum, force }: ImportFlags): Trust {
  if (checksum && force) {
    throw new BinimportError("usage", "Cannot use --checksum and --force together", {
      hint: "--force writes everything, --checksum only what differs.",
    });
  }
  return force ? "nothing" : checksum ? "bytes" : "record";
}

/** Tells how it ended; the exit status is that of the worst failure. */
function tell({ summary, failures }: ImportResult, report: Reporter): number {
  for (const { target, error } of failures) report.emit(errorEvent(error, target));
  report.emit(summary);
  return Math.max(0, ...failures.map(({ error }) => exitStatus(error)));
}
