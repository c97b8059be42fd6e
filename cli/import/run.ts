/** Runs `binimport import`. */
import type { Fetch } from "../../core/http/mod.ts";
import {
  type ImportOptions,
  importPackages,
  type ImportResult,
  type Trust,
  type VerifyMode,
} from "../../core/importer/mod.ts";
import { BinimportError } from "../../core/util/errors.ts";
import type { BucketFlag } from "../cluster_config.ts";
import { type Context, exitStatus, Stopped } from "../context.ts";
import {
  type AdapterFlags,
  type ClusterFlags,
  type NetworkFlags,
  type OutputFlags,
  outputOptions,
  type PackageFlags,
  type ReportFlag,
  type TargetFlags,
} from "../options/mod.ts";
import { errorEvent, type Reporter, reporter } from "../output/mod.ts";
import {
  choosePackages,
  keyFilter,
  networkFetch,
  packageLimits,
  packageOptions,
} from "../packages.ts";
import { type Output, recordRoutes, withReport } from "../report_file.ts";
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
    return reportingLeftovers(
      output,
      context.signal,
      (told) => importInto(named, flags, context, told),
    );
  });
}

/** When the import is stopped: whether anything has changed, and that nothing is done twice. */
async function reportingLeftovers(
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
  await recordRoutes(targets.adapters, flags, context, record);
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

/** Values of its flags as the parser gives them. */
export type ImportFlags =
  & TargetFlags
  & PackageFlags
  & OutputFlags
  & ReportFlag
  & NetworkFlags
  & BucketFlag
  & ClusterFlags
  & AdapterFlags
  & {
    readonly dryRun?: true;
    readonly checksum?: true;
    readonly force?: true;
    readonly verify: VerifyMode;
  };
