/** Runs `binimport import`. */
import { type Expectation, packagesTarget } from "../../core/expected/mod.ts";
import type { Fetch } from "../../core/http/mod.ts";
import {
  type ExpectedCounts,
  type FileEvent,
  type ImportEvent,
  type ImportOptions,
  importPackages,
  type ImportResult,
  type ReadableTarget,
  type Trust,
  type VerifyMode,
  verifyMode,
} from "../../core/importer/mod.ts";
import type { Repository } from "../../core/storage/mod.ts";
import { BinimportError } from "../../core/util/errors.ts";
import type { BucketFlag } from "../cluster_config.ts";
import { type Context, exitStatus, Stopped } from "../context.ts";
import { type ExpectFlags, readExpected } from "../expect_options.ts";
import { printExpected } from "../expected_output.ts";
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
import { type OpenTargets, openTargets } from "../targets.ts";
import { openClusterFile, planRepository, writeRepository } from "./cluster_config.ts";

/** Imports the packages named, else those that are found; gives the exit status. */
export async function runImport(
  named: readonly string[],
  flags: ImportFlags,
  context: Context,
): Promise<number> {
  using screen = reporter(context, outputOptions(flags));
  return await withReport("import", flags, context, screen, (output) => {
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
  output: Output,
): Promise<number> {
  const { report, record } = output;
  const wanted = await readExpected(flags);
  using fetch = await networkFetch(flags, context, report);
  const options = await importOptions(flags, context, fetch);
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
  const planned = new Map<string, FileEvent>();
  const emit = (event: ImportEvent) => {
    if (dryRun && event.event === "file") planned.set(event.key, event);
    report.emit(event);
  };
  const result = await importPackages(packages, targets.adapters, { ...options, emit });
  const asked = dryRun
    ? targets.adapters.map(({ target }) => packagesTarget(target, planned))
    : targets.adapters;
  const expected = wanted === undefined
    ? undefined
    : await expectOf(result, asked, wanted, options, output);
  const status = tell(result, expected, report);
  if (status !== 0) return status;
  const isWritten = file !== undefined && repository !== undefined;
  if (isWritten) await writeRepository(file, repository, flags, context, report);
  if (!dryRun && flags.json !== true && flags.quiet !== true) {
    const { nextSteps } = await import("./next_steps.ts");
    const config = flags.clusterConfig;
    for (const [i, adapter] of targets.adapters.entries()) {
      const known = repositoryAt(targets, i);
      const isNamed = known !== undefined && file?.named?.endpoint === known.endpoint;
      const steps = { adapter, repository: known, packages, config, isSet: isWritten || isNamed };
      context.stderr.write(await nextSteps(steps));
    }
  }
  return 0;
}

/** What nodes are to fetch from; undefined where that is not known. */
function repositoryAt({ repositories }: OpenTargets, nth: number): Repository | undefined {
  try {
    return repositories[nth]?.();
  } catch {
    return undefined;
  }
}

/** How much of what nodes will ask for is there by now, over all targets that did not fail. */
async function expectOf(
  { failures }: ImportResult,
  targets: readonly ReadableTarget[],
  wanted: readonly Expectation[],
  { fetch, verify, signal }: ImportOptions,
  output: Output,
): Promise<ExpectedCounts> {
  const sum = { expected: 0, present: 0, missing: 0, different: 0, undecided: 0 };
  for (const one of targets) {
    if (failures.some(({ target }) => target === one.target)) continue;
    const mode = verifyMode(verify ?? "auto").reads === "url" ? "url" : "target";
    const options = { mode, fetch, ...(signal === undefined ? {} : { signal }) } as const;
    const counts = await printExpected(one, wanted, options, output);
    for (const name of Object.keys(sum) as (keyof typeof sum)[]) sum[name] += counts[name];
  }
  return sum;
}

async function importOptions(
  flags: ImportFlags,
  context: Context,
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
function tell(
  { summary, failures }: ImportResult,
  expected: ExpectedCounts | undefined,
  report: Reporter,
): number {
  for (const { target, error } of failures) report.emit(errorEvent(error, target));
  const isAll = expected === undefined || expected.present === expected.expected;
  report.emit({ ...summary, ...expected, ok: summary.ok && isAll });
  const worst = Math.max(0, ...failures.map(({ error }) => exitStatus(error)));
  return worst > 0 || isAll ? worst : exitStatus(new BinimportError("difference", ""));
}

/** Values of its flags as the parser gives them. */
export type ImportFlags =
  & TargetFlags
  & PackageFlags
  & OutputFlags
  & ReportFlag
  & NetworkFlags
  & BucketFlag
  & ExpectFlags
  & ClusterFlags
  & AdapterFlags
  & {
    readonly dryRun?: true;
    readonly checksum?: true;
    readonly force?: true;
    readonly verify: VerifyMode;
  };
