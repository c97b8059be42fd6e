/** Runs `binimport import`. */
import { dirname } from "node:path";
import { type Expectation, packagesTarget } from "../../core/expected/mod.ts";
import {
  type ExpectedCounts,
  type FileEvent,
  type ImportEvent,
  importPackages,
  type ReadableTarget,
  type Trust,
  verifyMode,
} from "../../core/importer/mod.ts";
import type { Package } from "../../core/packages/mod.ts";
import type { Repository, StorageAdapter } from "../../core/storage/mod.ts";
import { shellWord } from "../../core/util/hints.ts";
import { DIFFERENT, exitStatus, Stopped, usageError } from "../context.ts";
import { noCounts, printExpected, readExpected } from "../expected.ts";
import type { Flags } from "../options/mod.ts";
import { errorEvent, type Reporter } from "../output/mod.ts";
import { choosePackages, packageLimits, packageOptions } from "../packages.ts";
import type { Session } from "../session.ts";
import { openTargets } from "../targets.ts";

/** Imports the packages named, else those that are found; gives the exit status. */
export async function runImport(session: Session, named: readonly string[]): Promise<number> {
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

async function importInto(named: readonly string[], session: Session): Promise<number> {
  const { flags, fetch, signal, report, record, context } = session;
  const { verify = "auto", dryRun = false, clusterConfig, writeConfig } = flags;
  const trust = trustOf(flags);
  const expected = await readExpected(flags);
  const options = {
    packageOptions: packageOptions(flags),
    ...await packageLimits(flags),
    trust,
    verify,
    fetch,
    dryRun,
    signal,
  };
  const hasCluster = clusterConfig !== undefined || writeConfig !== undefined;
  const cluster = hasCluster ? await import("./cluster_config.ts") : undefined;
  const file = await cluster?.openClusterFile(session);
  await using targets = await openTargets(session, { dryRun, named: file?.named });
  const { adapters, repositories } = targets;
  const packages = await choosePackages(named, session);
  record?.addPackages(packages);
  const repository = file && cluster?.planRepository(file, targets, session);
  const planned = new Map<string, FileEvent>();
  const emit = (event: ImportEvent) => {
    if (dryRun && event.event === "file") planned.set(event.key, event);
    report.emit(event);
  };
  const { reads, summary: how } = verifyMode(verify);
  for (const { target, publicUrl } of adapters) {
    const isKnown = reads !== "url" || publicUrl?.("x") !== undefined;
    const proof = isKnown ? how : "no URL is known, so by digest and size while writing";
    report.debug(`${target} is verified by mode ${verify}: ${proof}`);
  }
  const run = { ...options, emit, note: report.debug };
  const { summary, failures } = await importPackages(packages, adapters, run);
  const asked = dryRun ? adapters.map(({ target }) => packagesTarget(target, planned)) : adapters;
  const there = asked.filter(({ target }) => failures.every((one) => one.target !== target));
  const counts = expected && await countExpected(there, expected, session);
  for (const { target, error } of failures) report.emit(errorEvent(error, target));
  const isAll = counts === undefined || counts.present === counts.expected;
  report.emit({ ...summary, ...counts, ok: summary.ok && isAll });
  const worst = Math.max(0, ...failures.map(({ error }) => exitStatus(error)));
  if (worst > 0 || !isAll) return worst || DIFFERENT;
  if (file && repository) await cluster?.writeRepository(file, repository, session);
  if (flags.quiet || flags.json || dryRun) return 0;
  for (const [i, adapter] of adapters.entries()) {
    const served = repositories[i] instanceof Error ? undefined : repositories[i];
    const isNamed = served !== undefined && file?.named?.endpoint === served.endpoint;
    const isSet = repository !== undefined || isNamed;
    const text = await nextSteps(adapter, served, packages, isSet, clusterConfig);
    context.stderr.write(text);
  }
  return 0;
}

/** How much of what nodes will ask for is there by now, over all targets. */
async function countExpected(
  targets: readonly ReadableTarget[],
  expected: readonly Expectation[],
  session: Session,
): Promise<ExpectedCounts> {
  const sum = noCounts();
  const mode = verifyMode(session.flags.verify ?? "auto").reads === "url" ? "url" : "target";
  for (const one of targets) {
    const counts = await printExpected(one, expected, mode, session);
    for (const name of Object.keys(sum) as (keyof typeof sum)[]) sum[name] += counts[name];
  }
  return sum;
}

function trustOf({ checksum, force }: Flags): Trust {
  if (checksum && force) {
    const hint = "--force writes everything, --checksum only what differs.";
    throw usageError("Cannot use --checksum and --force together", hint);
  }
  return force ? "nothing" : checksum ? "bytes" : "record";
}

const ARTIFACTS = "localartifactset.cr.yaml"; // what kubean learns versions from

/** What to set, what to apply, and how to check from a node: a line each. */
async function nextSteps(
  { publicUrl }: StorageAdapter,
  repository: Repository | undefined,
  packages: readonly Package[],
  isSet: boolean,
  config = "clusterConfig.yaml",
): Promise<string> {
  const base = publicUrl?.("x")?.href.replace(/\/x$/, "") ?? "http://ADDRESS:PORT";
  const file = shellWord(config);
  const endpoint = (repository?.endpoint ?? base).replace(/\/+$/, "");
  const name = repository?.user?.username;
  const user = name === undefined ? "" : ` --username ${shellWord(name)} --password-file FILE`;
  const steps = [
    ...(isSet ? [] : [`binimport config set ${file} --endpoint ${endpoint}${user}`]),
    `binimport config vars ${file}   # for kubespray or kubean by themselves`,
    ...(await kubeanSteps(packages, base)),
    `binimport node-check --url ${shellWord(base)} | ssh NODE sh`,
  ];
  return `Next:\n${steps.map((step) => `  ${step}\n`).join("")}`;
}

/** What tells kubean of the files: of a release what it holds, else what lies beside or above it. */
async function kubeanSteps(packages: readonly Package[], base: string): Promise<string[]> {
  const commands = packages.flatMap((one) => one.nextCommands?.() ?? []);
  if (commands.length > 0) {
    const filesRepo = `localService: filesRepo: ${base}`;
    return [...commands, `# and in the ConfigMap kubean-localservice, under ${filesRepo}`];
  }
  const folders = new Set(packages.flatMap(({ name }) => [dirname(name), dirname(dirname(name))]));
  const found: string[] = [];
  for (const folder of folders) {
    const path = `${folder}/${ARTIFACTS}`;
    if (await Deno.stat(path).then(({ isFile }) => isFile, () => false)) found.push(path);
  }
  return found.map((path) => `kubectl apply -f ${shellWord(path)}   # for kubean`);
}
