/**
 * Importing packages into targets: each is read once, and once more only for what was deferred.
 *
 * ```
 * package ─▶ items ─▶ receive: staged · buffered · deferred · unchanged ─▶ all packages right?
 *                                                                             │
 *       update the manifest ◀── verify as a node would ◀── publish: every file gets its name
 * ```
 *
 * Nothing gets its name before every package's own checksum was right: a damaged one changes nothing.
 */
import { availableParallelism } from "node:os";
import { type Package, type ReadOptions, requireExpected } from "../packages/mod.ts";
import { inShard, type StorageAdapter } from "../storage/mod.ts";
import { concurrently } from "../util/concurrency.ts";
import { BinimportError } from "../util/errors.ts";
import { refuseUnknown, requireArgument } from "../util/hints.ts";
import type { SummaryEvent } from "./events.ts";
import { probe } from "./probe.ts";
import { publish } from "./publish.ts";
import { receive, receiveCopy } from "./receive.ts";
import { recall, updateManifest } from "./record.ts";
import {
  discardAll,
  forEachTarget,
  type ImportOptions,
  type ImportRun,
  openRun,
  type Origin,
  release,
} from "./run.ts";
import { emitOutcomes, plan, summarise, warnReplaced } from "./summary.ts";
import { verifyImport } from "./verify_import.ts";
import { verifyMode } from "./verify_modes.ts";

export type { ImportOptions };

/** A record, so that no option is forgotten. */
const OPTIONS: Readonly<Record<keyof ImportOptions, true>> = {
  packageOptions: true,
  wanted: true,
  limits: true,
  trust: true,
  verify: true,
  fetch: true,
  dryRun: true,
  signal: true,
  emit: true,
  note: true,
  cores: true,
};

/** For callers without types. */
function checkArguments(
  packages: readonly Package[],
  adapters: readonly StorageAdapter[],
  options: ImportOptions,
): void {
  const areAll = (all: unknown, method: string) =>
    Array.isArray(all) && all.every((one) => typeof Object(one)[method] === "function");
  const check = (isRight: boolean, state: string, hint: string) =>
    requireArgument(isRight, "import", state, hint);
  const { fetch, packageOptions } = Object(options);
  const hasKeys = Array.isArray(packageOptions?.include);
  const keys = "{ stripComponents: null, include: [], exclude: [] }";
  check(areAll(packages, "read"), "packages is no array of packages", "findPackages gives one.");
  check(areAll(adapters, "put"), "adapters is no array of adapters", "openAdapter gives each.");
  check(typeof fetch === "function", "options.fetch is missing", "httpFetch() makes one.");
  check(hasKeys, "options.packageOptions is missing", `Write ${keys}.`);
  refuseUnknown("import", options, Object.keys(OPTIONS));
}

/** How an import ended. */
export interface ImportResult {
  /** The last event, once more. */
  readonly summary: SummaryEvent;
  /** Targets that failed, and why; the others are done and verified. */
  readonly failures: readonly { readonly target: string; readonly error: unknown }[];
}

/**
 * Imports packages into one or several targets with one reading. Rejects when a package cannot be
 * used (codes `package-…`), and then no target was changed; a target that fails is in the result.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { findPackages, httpFetch, importPackages, openAdapter } from "binimport";
 *
 * const folder = await Deno.makeTempDir();
 * await Deno.writeTextFile(`${folder}/kubelet`, "ELF");
 * await using target = await openAdapter("memory");
 * using fetch = httpFetch();
 * const { summary } = await importPackages(
 *   await findPackages([folder], { stdin: () => Deno.stdin.readable }),
 *   [target],
 *   { packageOptions: { stripComponents: "auto", include: [], exclude: [] }, fetch },
 * );
 * assert(summary.ok && summary.written === 1);
 * ```
 */
export async function importPackages(
  packages: readonly Package[],
  adapters: readonly StorageAdapter[],
  options: ImportOptions,
): Promise<ImportResult> {
  const started = performance.now();
  checkArguments(packages, adapters, options);
  const { verify = "auto" } = options;
  refuseUnstaged(packages, adapters);
  const run = await openRun(packages, adapters, options);
  try {
    if (options.dryRun !== true && verifyMode(verify).reads === "url") {
      await forEachTarget(run, ({ adapter }) => probe(adapter, options.fetch, run.call));
    }
    const read = readOptions(run, packages, options);
    await readPackages(run, read, options.cores ?? availableParallelism());
    plan(run);
    if (options.dryRun === true) {
      await emitOutcomes(run);
    } else {
      await publish(run, read);
      await verifyImport(run, verify, options.fetch);
      await forEachTarget(run, (target) => updateManifest(run, target));
    }
    options.signal?.throwIfAborted();
    return {
      summary: summarise(run, started, options.dryRun ?? false),
      failures: run.targets.flatMap(({ adapter, failure }) =>
        failure === undefined ? [] : [{ target: adapter.target, error: failure.error }]
      ),
    };
  } finally {
    await Promise.all(run.targets.map((target) => discardAll(run, target)));
  }
}

/** Reads every package: side by side, where cores would be idle else. */
async function readPackages(run: ImportRun, read: ReadOptions, cores: number): Promise<void> {
  let failed = false;
  // One core inflates a package, and another one hashes and writes what comes of it.
  await concurrently(run.origins, Math.max(1, Math.floor(cores / 2)), async (origin) => {
    try {
      await readPackage(run, origin, read, () => failed);
    } catch (error) {
      failed = true;
      throw error;
    }
  });
  warnReplaced(run);
  // So that a target which fails does so before anything is published.
  for (const { outcomes } of run.targets) {
    for (const outcome of outcomes.values()) {
      if (outcome.kind === "staged") await outcome.staged.catch(() => {}); // that has been noted
    }
  }
}

/** Reads a package to its end, unless every target is known to hold it. */
async function readPackage(
  run: ImportRun,
  origin: Origin,
  read: ReadOptions,
  isOver: () => boolean,
): Promise<void> {
  if (run.active.length === 0 || await recall(run, origin)) return;
  const reading = origin.package.read(read);
  const { shard } = run.packageOptions;
  const isOurs = (key: string) => shard === undefined || inShard(key, shard);
  let ordinal = 0;
  for await (const item of reading.items) {
    if (item.kind === "file") {
      const waits = isOurs(item.key) ? receive(run, origin, item, ordinal) : undefined;
      if (waits !== undefined) await waits;
      ordinal++;
    } else if (item.kind === "copy") {
      if (isOurs(item.of)) await receiveCopy(run, origin, item); // it needs its file there
    } else {
      await forgetPackage(run, origin);
      ordinal = 0;
    }
    if (run.active.length === 0 || isOver()) return;
  }
  const sha256 = reading.sha256();
  if (sha256 !== undefined) origin.sha256 = sha256;
  requireExpected(origin.package, sha256);
}

/** What came from a package so far does not count: it turned out to hold packages itself. */
async function forgetPackage({ wanted, targets }: ImportRun, origin: Origin): Promise<void> {
  for (const [key, file] of wanted) {
    if (file.origin !== origin) continue;
    wanted.delete(key);
    for (const { outcomes } of targets) {
      const outcome = outcomes.get(key);
      outcomes.delete(key);
      if (outcome !== undefined) await release(outcome);
    }
  }
  origin.lost.clear();
  origin.replaced.clear();
}

/** A package from a pipe is stored before its checksum is seen: only where it can be unpublished. */
function refuseUnstaged(packages: readonly Package[], adapters: readonly StorageAdapter[]): void {
  const once = packages.find((one) => !one.replayable);
  const unstaged = adapters.find((adapter) => adapter.stage === undefined);
  if (once === undefined || unstaged === undefined) return;
  throw new BinimportError(
    "usage",
    `Cannot import ${once.name} into ${unstaged.target}: this target shows every file at once (its adapter has no stage()), and the package can be checked only at its end`,
    { hint: "Save the package to a file and give that file." },
  );
}

function readOptions(
  run: ImportRun,
  packages: readonly Package[],
  { packageOptions: { stripComponents, keepJunk }, wanted, limits }: ImportOptions,
): ReadOptions {
  const total = packages.reduce((sum, { size = NaN }) => sum + size, 0);
  const known = Number.isNaN(total) ? {} : { total };
  let done = 0;
  return {
    stripComponents: stripComponents ?? "auto",
    keepJunk: keepJunk === true,
    onWarning: (warning) => run.emit({ event: "warning", ...warning }),
    ...(wanted && { wanted }),
    ...(limits && { limits }),
    targets: run.targets.flatMap(({ adapter }) => adapter.folder ?? []),
    ...run.call,
    onBytes(count) {
      done += count;
      run.emit({ event: "progress", phase: "reading", done, ...known });
    },
  };
}
