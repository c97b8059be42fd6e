/** The beginning of an import: targets made ready, and what is known of them. */
import type { Package } from "../packages/mod.ts";
import {
  type CallOptions,
  emptyManifest,
  loadManifest,
  type PackageOptions,
  type PrepareOptions,
  type StorageAdapter,
} from "../storage/mod.ts";
import { semaphore } from "../util/concurrency.ts";
import { BinimportError } from "../util/errors.ts";
import type { Emit } from "./events.ts";
import { keySpace } from "./keys.ts";
import { knownDigests, type Trust } from "./known_digests.ts";
import { fail, type ImportRun, type ImportTarget } from "./run.ts";

/** Small files that wait in memory may take this many bytes. */
const MAX_BYTES_HELD = 16 * 1024 * 1024;

/** What is needed to begin. */
export interface RunOptions {
  readonly packageOptions: PackageOptions;
  readonly trust?: Trust;
  readonly signal?: AbortSignal;
  readonly emit?: Emit;
}

/** Makes every target ready. A target that cannot be is noted in the run as failed. */
export async function openRun(
  adapters: readonly StorageAdapter[],
  { packageOptions, trust = "record", signal, emit = () => {} }: RunOptions,
): Promise<ImportRun> {
  const call: CallOptions = signal === undefined ? {} : { signal };
  const { shard } = packageOptions;
  const preparing: PrepareOptions = shard === undefined ? call : { ...call, shard };
  const run: ImportRun = {
    targets: await Promise.all(adapters.map((adapter) => openTarget(adapter, trust, preparing))),
    wanted: new Map(),
    wantedBytes: 0,
    keys: keySpace(),
    memory: semaphore(MAX_BYTES_HELD),
    packageOptions,
    emit,
    call,
  };
  for (const target of run.targets) {
    if (target.failure !== undefined) await fail(target, target.failure.error);
  }
  return run;
}

async function openTarget(
  adapter: StorageAdapter,
  trust: Trust,
  preparing: PrepareOptions,
): Promise<ImportTarget> {
  const { shard: _, ...call } = preparing;
  const empty = {
    adapter,
    signal: call.signal,
    outcomes: new Map(),
    settled: new Map(),
    settledBytes: 0,
  };
  try {
    await adapter.prepare?.(preparing);
    const manifest = await loadManifest(adapter, call);
    return { ...empty, manifest, known: await knownDigests(adapter, manifest, trust, call) };
  } catch (error) {
    const manifest = emptyManifest();
    return {
      ...empty,
      manifest,
      known: await knownDigests(adapter, manifest, "nothing"),
      failure: { error },
    };
  }
}

/**
 * A package from a pipe can be read only once, so whatever it holds must be stored before its
 * checksum is seen; a target that cannot keep things unpublished must not take it.
 */
export function refuseUnstaged(
  packages: readonly Package[],
  adapters: readonly StorageAdapter[],
): void {
  const once = packages.find((one) => !one.replayable);
  const unstaged = adapters.find((adapter) => adapter.stage === undefined);
  if (once === undefined || unstaged === undefined) return;
  throw new BinimportError(
    "usage",
    `Cannot import ${once.name} into ${unstaged.target}: this target shows every file at once (its adapter has no stage()), and the package can be checked only at its end`,
    { hint: "Save the package to a file and give that file." },
  );
}
