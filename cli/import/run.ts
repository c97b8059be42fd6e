/** Runs `binimport import`. */
import { type Expectation, packagesTarget } from "../../core/expected/mod.ts";
import {
  type ExpectedCounts,
  type FileEvent,
  type ImportEvent,
  type ImportOptions,
  importPackages,
  type ImportResult,
  type ReadableTarget,
  type Trust,
  verifyMode,
} from "../../core/importer/mod.ts";
import type { StorageAdapter } from "../../core/storage/mod.ts";
import { BinimportError } from "../../core/util/errors.ts";
import { type Context, DIFFERENT, exitStatus, Stopped } from "../context.ts";
import { noCounts, printExpected, readExpected } from "../expected.ts";
import { errorEvent, type Reporter } from "../output/mod.ts";
import { choosePackages, keyFilter, packageLimits, packageOptions } from "../packages.ts";
import { recordRoutes, withReport } from "../report_file.ts";
import { openSession, type Session } from "../session.ts";
import { openTargets } from "../targets.ts";
import {
  type ClusterFlags,
  openClusterFile,
  planRepository,
  writeRepository,
} from "./cluster_config.ts";

/** What the verb's flags give. */
export interface ImportFlags extends ClusterFlags {
  readonly checksum?: true;
  readonly force?: true;
}

/** Imports the packages named, else those that are found; gives the exit status. */
export async function runImport(
  named: readonly string[],
  flags: ImportFlags,
  context: Context,
): Promise<number> {
  using session = openSession(flags, context);
  return await withReport("import", session, (told) => tellingLeftovers(named, told));
}

/** When the import is stopped: whether anything has changed, and that nothing is done twice. */
async function tellingLeftovers(
  named: readonly string[],
  session: Session<ImportFlags>,
): Promise<number> {
  const { report, signal } = session;
  let published = false;
  const emit: Reporter["emit"] = (event) => {
    published ||= event.event === "file" && event.action === "written";
    report.emit(event);
  };
  try {
    return await importInto(named, { ...session, report: { ...report, emit } });
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
  session: Session<ImportFlags>,
): Promise<number> {
  const { flags, report, record, context } = session;
  const wanted = await readExpected(flags);
  const options = await importOptions(session);
  const { dryRun = false } = options;
  const file = await openClusterFile(flags);
  await using targets = await openTargets(session, { dryRun, named: file?.named });
  const { adapters, repositories } = targets;
  await recordRoutes(adapters, session);
  const packages = await choosePackages(named, session);
  record?.addPackages(packages);
  const repository = file && await planRepository(file, targets, session);
  const planned = new Map<string, FileEvent>();
  const emit = (event: ImportEvent) => {
    if (dryRun && event.event === "file") planned.set(event.key, event);
    report.emit(event);
  };
  for (const one of adapters) report.debug(proofOf(one, flags));
  const result = await importPackages(packages, adapters, { ...options, emit, note: report.debug });
  const asked = dryRun ? adapters.map(({ target }) => packagesTarget(target, planned)) : adapters;
  const expected = wanted && await expectOf(result, asked, wanted, session);
  const status = tell(result, expected, report);
  if (status !== 0) return status;
  if (file !== undefined && repository !== undefined) {
    await writeRepository(file, repository, session);
  }
  if (flags.quiet || flags.json || dryRun) return status;
  const { nextSteps } = await import("./next_steps.ts");
  for (const [i, adapter] of adapters.entries()) {
    const served = repositories[i] instanceof Error ? undefined : repositories[i];
    const isNamed = served !== undefined && file?.named?.endpoint === served.endpoint;
    const isSet = repository !== undefined || isNamed;
    const known = { repository: served, packages, config: flags.clusterConfig, isSet };
    context.stderr.write(await nextSteps(adapter, known));
  }
  return status;
}

function proofOf({ target, publicUrl }: StorageAdapter, { verify }: ImportFlags): string {
  const { reads, summary } = verifyMode(verify);
  const isKnown = reads !== "url" || publicUrl?.("x") !== undefined;
  const how = isKnown ? summary : "no URL is known, so by digest and size while writing";
  return `${target} is verified by mode ${verify}: ${how}`;
}

/** How much of what nodes will ask for is there by now, over all targets that did not fail. */
async function expectOf(
  { failures }: ImportResult,
  targets: readonly ReadableTarget[],
  wanted: readonly Expectation[],
  session: Session<ImportFlags>,
): Promise<ExpectedCounts> {
  const sum = noCounts();
  const mode = verifyMode(session.flags.verify).reads === "url" ? "url" : "target";
  for (const one of targets) {
    if (failures.some(({ target }) => target === one.target)) continue;
    const counts = await printExpected(one, wanted, mode, session);
    for (const name of Object.keys(sum) as (keyof typeof sum)[]) sum[name] += counts[name];
  }
  return sum;
}

async function importOptions(
  { flags, fetch, signal }: Session<ImportFlags>,
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
    signal,
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

function tell(
  { summary, failures }: ImportResult,
  expected: ExpectedCounts | undefined,
  report: Reporter,
): number {
  for (const { target, error } of failures) report.emit(errorEvent(error, target));
  const isAll = expected === undefined || expected.present === expected.expected;
  report.emit({ ...summary, ...expected, ok: summary.ok && isAll });
  const worst = Math.max(0, ...failures.map(({ error }) => exitStatus(error)));
  return worst > 0 || isAll ? worst : DIFFERENT;
}
