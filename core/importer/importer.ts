/**
 * Importing packages into targets: the way of every byte.
 *
 * ```
 * package ─▶ items ─▶ receive: staged · held · put off · unchanged ─▶ all packages right?
 *                                                                        │
 *         record ◀── prove: fetched as a node would ◀── commit: every file gets its name
 * ```
 *
 * Each package is read once, and once more only for files that were put off. Nothing gets its name
 * before every package's own checksum was right, so that a damaged package changes nothing.
 */
import type { Fetch } from "../http/mod.ts";
import {
  type Package,
  type PackageLimits,
  type ReadOptions,
  requireExpected,
} from "../packages/mod.ts";
import { inShard, type PackageOptions, type StorageAdapter } from "../storage/mod.ts";
import type { Emit, SummaryEvent } from "./events.ts";
import type { Trust } from "./known_digests.ts";
import { openRun, refuseUnstaged } from "./open_run.ts";
import { probe } from "./probe.ts";
import { publish } from "./publish.ts";
import { receive, receiveCopy } from "./receive.ts";
import {
  active,
  decide,
  discardAll,
  fail,
  forEachTarget,
  type ImportRun,
  type ImportTarget,
  type Origin,
} from "./run.ts";
import { checkFreeSpace, emitOutcomes, plan, summarise, warnReplaced } from "./summary.ts";
import { recall } from "./unchanged.ts";
import { updateManifest } from "./update_manifest.ts";
import { verifyImport } from "./verify_import.ts";
import { type VerifyMode, verifyMode } from "./verify_modes.ts";

/** How an import is done. */
export interface ImportOptions {
  /** Which keys the packages give; noted in the manifest. */
  readonly packageOptions: PackageOptions;
  /** Whether a key is wanted: what `packageOptions` says of globs, as a function. */
  readonly wanted?: (key: string) => boolean;
  /** How much a package may grow into. */
  readonly limits?: PackageLimits;
  /** How far what is recorded of the target counts. Default: `record`. */
  readonly trust?: Trust;
  /** How what was written is proved. Default: `auto`. */
  readonly verify?: VerifyMode;
  /** How public URLs are fetched. */
  readonly fetch: Fetch;
  /** Tell what would be done, and write nothing. Default: false. */
  readonly dryRun?: boolean;
  /** Stops the import in an orderly way. */
  readonly signal?: AbortSignal;
  /** Takes what happens. */
  readonly emit?: Emit;
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
  const { verify = "auto" } = options;
  refuseUnstaged(packages, adapters);
  const run = await openRun(adapters, options);
  const origins = packages.map((one): Origin => ({
    package: one,
    keys: new Set(),
    replaced: new Set(),
  }));
  try {
    const read = readOptions(run, packages, options);
    if (options.dryRun !== true && verifyMode(verify).reads === "url") {
      await forEachTarget(run, ({ adapter }) => probe(adapter, options.fetch, run.call));
    }
    for (const origin of origins) await readPackage(run, origin, read);
    await allStaged(run);
    plan(run);
    if (options.dryRun === true) {
      emitOutcomes(run);
      await checkFreeSpace(run);
    } else {
      await forEachTarget(run, (target) => discardStale(run, target));
      await publish(run, read);
      await verifyImport(run, verify, options.fetch);
      await forEachTarget(run, (target) => updateManifest(run, target, origins));
    }
    options.signal?.throwIfAborted();
    return {
      summary: summarise(run, started, options.dryRun ?? false),
      failures: run.targets.flatMap(({ adapter, failure }) =>
        failure === undefined ? [] : [{ target: adapter.target, error: failure.error }]
      ),
    };
  } finally {
    await Promise.all(run.targets.map((target) => discardAll(target)));
  }
}

/** Reads a package to its end, unless every target is known to hold it. */
async function readPackage(run: ImportRun, origin: Origin, read: ReadOptions): Promise<void> {
  if (active(run).length === 0 || await recall(run, origin)) return;
  const reading = origin.package.read(read);
  const { shard } = run.packageOptions;
  let ordinal = 0;
  for await (const item of reading.items) {
    if (item.kind === "file") {
      if (inShard(item.key, shard)) await receive(run, origin, item, ordinal);
      ordinal++;
    } else if (item.kind === "copy") {
      if (inShard(item.of, shard)) await receiveCopy(run, origin, item); // it needs its file there
    } else {
      await forgetPackage(run, origin);
      ordinal = 0;
    }
    if (active(run).length === 0) return;
  }
  const sha256 = reading.sha256();
  if (sha256 !== undefined) origin.sha256 = sha256;
  requireExpected(origin.package, sha256);
  warnReplaced(run, origin);
}

/** What came from a package so far does not count: it turned out to hold packages itself. */
async function forgetPackage(run: ImportRun, origin: Origin): Promise<void> {
  for (const key of origin.keys) {
    run.wanted.delete(key);
    for (const target of run.targets) await decide(target, key, undefined);
  }
  origin.keys.clear();
  origin.replaced.clear();
}

/** Waits for stagings under way, so that a target that fails fails before anything is published. */
async function allStaged(run: ImportRun): Promise<void> {
  for (const target of run.targets) {
    for (const outcome of [...target.outcomes.values()]) {
      if (outcome.kind !== "staged") continue;
      await outcome.staged.catch((error) => fail(target, error));
    }
  }
}

/** What is unchanged is not staged, which would have cleared what a killed run left there. */
async function discardStale(
  run: ImportRun,
  { adapter, outcomes }: ImportTarget,
): Promise<void> {
  const { minStageSize = 0 } = adapter.capabilities;
  const keys = [...outcomes]
    .filter(([key, { kind }]) =>
      kind === "unchanged" && (run.wanted.get(key)?.size ?? 0) >= minStageSize
    )
    .map(([key]) => key);
  await adapter.discardStale?.(keys, run.call);
}

function readOptions(
  run: ImportRun,
  packages: readonly Package[],
  { packageOptions: { stripComponents, keepJunk }, wanted, limits, signal }: ImportOptions,
): ReadOptions {
  const sizes = packages.map((one) => one.size);
  const total = sizes.reduce(
    (sum, size) => sum === undefined || size === undefined ? undefined : sum + size,
    0,
  );
  let done = 0;
  return {
    stripComponents: stripComponents ?? "auto",
    keepJunk: keepJunk === true,
    onWarning: (warning) => run.emit({ event: "warning", ...warning }),
    ...(wanted === undefined ? {} : { wanted }),
    ...(limits === undefined ? {} : { limits }),
    ...(signal === undefined ? {} : { signal }),
    onBytes(count) {
      done += count;
      run.emit({
        event: "progress",
        phase: "reading",
        done,
        ...(total === undefined ? {} : { total }),
      });
    },
  };
}
