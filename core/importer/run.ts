/** What an import knows while it runs. */
import type { Fetch } from "../http/mod.ts";
import type { Package, PackageLimits } from "../packages/mod.ts";
import {
  type CallOptions,
  emptyManifest,
  type ImmediateCalls,
  type ImmediateStaged,
  loadManifest,
  type Manifest,
  type PackageOptions,
  type Staged,
  type StorageAdapter,
} from "../storage/mod.ts";
import { type Semaphore, semaphore } from "../util/concurrency.ts";
import type { Emit } from "./events.ts";
import { type KnownDigests, knownDigests, type KnownObject, type Trust } from "./known_digests.ts";
import type { VerifyMode } from "./verify_modes.ts";

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
  /** Takes what was decided, and why, as sentences. Default: nobody. */
  readonly note?: (decision: string) => void;
  /** How many cores there are; by half of them packages are read side by side. Default: this host's. */
  readonly cores?: number;
}

/** A package and what was learnt by reading it. */
export interface Origin {
  readonly package: Package;
  /** Of two packages that give one key, the one with the higher number counts. */
  readonly order: number;
  /** SHA-256 of the package as it lies, once known; a folder never has one. */
  sha256?: string;
  /** Its files are those that the targets' records of it tell; it was not unpacked. */
  recalled?: boolean;
  /** Files that it gave under keys which a package behind it gave as well. */
  readonly lost: Map<string, PlannedFile>;
  /** Keys that a package before it gave with other bytes. */
  readonly replaced: Set<string>;
}

/** A file that every target is to have in the end. */
export interface PlannedFile {
  readonly size: number;
  readonly mode: number;
  readonly sha256: string;
  readonly origin: Origin;
}

/** What is to become of one key in one target, or became of it. */
export type Outcome =
  | { readonly kind: "unchanged"; readonly found: KnownObject }
  /** It is being stored, or is stored, and waits for its name. */
  | { readonly kind: "staged"; readonly staged: Promise<Staged> }
  /** The same where nothing has to be waited for. */
  | { readonly kind: "staged-now"; readonly staged: ImmediateStaged }
  /** Its bytes wait in memory; `release` gives that memory up. */
  | { readonly kind: "buffered"; readonly bytes: Uint8Array; readonly release: () => void }
  /** It is to be written when its package is read again: the `ordinal`th file in it. */
  | { readonly kind: "deferred"; readonly origin: Origin; readonly ordinal: number }
  /** It is to become a copy of another key. */
  | { readonly kind: "copy"; readonly of: string }
  | SettledFile;

/** A file that is in its place. */
export interface SettledFile {
  readonly kind: "settled";
  readonly etag: string | undefined;
  readonly written: boolean;
  /** Whether the place itself vouches for its bytes. */
  readonly vouched: boolean;
}

export interface ImportTarget {
  readonly adapter: StorageAdapter;
  readonly immediate: ImmediateCalls | undefined;
  /** Files of fewer bytes are not staged there: they are put once the package was found right. */
  readonly minStageSize: number;
  manifest: Manifest;
  /** Digests of what lies there from before. */
  readonly known: KnownDigests;
  /** By key. Nothing else is kept for each file: there may be a million. */
  readonly outcomes: Map<string, Outcome>;
  /** What is in its place by now. */
  readonly settled: { files: number; written: number; bytes: number };
  /** Settles when what was taken away so far is gone. */
  forgetting?: Promise<unknown>;
  /** Why nothing more is done for it. */
  failure?: { readonly error: unknown };
}

export interface ImportRun {
  readonly targets: readonly ImportTarget[];
  /** Targets that have not failed. */
  active: readonly ImportTarget[];
  readonly origins: readonly Origin[];
  readonly wanted: Map<string, PlannedFile>;
  /** Their length in bytes, once all packages were read. */
  wantedBytes: number;
  /** Every folder of a wanted key. */
  readonly folders: Set<string>;
  /** Bytes of small files that wait in memory: for the end of the reading, or for their turn. */
  readonly memory: Semaphore;
  readonly packageOptions: PackageOptions;
  /** What every call to an adapter takes: the signal that stops the import, if there is one. */
  readonly call: CallOptions;
  readonly emit: Emit;
  readonly note: (decision: string) => void;
}

/** Small files that wait in memory may take this many bytes. */
const MAX_BYTES_HELD = 16 * 1024 * 1024;

/** Makes every target ready. A target that cannot be is noted in the run as failed. */
export async function openRun(
  packages: readonly Package[],
  adapters: readonly StorageAdapter[],
  { packageOptions, trust = "record", signal, emit = () => {}, note = () => {} }: ImportOptions,
): Promise<ImportRun> {
  const call: CallOptions = signal === undefined ? {} : { signal };
  const { shard } = packageOptions;
  const open = async (adapter: StorageAdapter): Promise<ImportTarget> => {
    const settled = { files: 0, written: 0, bytes: 0 };
    const minStageSize = adapter.stage ? adapter.capabilities.minStageSize ?? 0 : Infinity;
    const empty = { adapter, immediate: undefined, minStageSize, outcomes: new Map(), settled };
    try {
      await adapter.prepare?.(shard === undefined ? call : { ...call, shard });
      const manifest = await loadManifest(adapter, call);
      const known = await knownDigests(adapter, manifest, trust, call, note);
      return { ...empty, immediate: adapter.immediate?.(), manifest, known };
    } catch (error) {
      const manifest = emptyManifest();
      const known = await knownDigests(adapter, manifest, "nothing");
      return { ...empty, manifest, known, failure: { error } };
    }
  };
  const targets = await Promise.all(adapters.map(open));
  return {
    targets,
    active: targets.filter(({ failure }) => failure === undefined),
    origins: packages.map((one, order) => {
      return { package: one, order, lost: new Map(), replaced: new Set() };
    }),
    wanted: new Map(),
    wantedBytes: 0,
    folders: new Set(),
    memory: semaphore(MAX_BYTES_HELD),
    packageOptions,
    emit,
    note,
    call,
  };
}

/** Notes that a target failed, and takes away what was staged there. Other targets go on. */
export async function fail(run: ImportRun, target: ImportTarget, error: unknown): Promise<void> {
  if (target.failure !== undefined) return;
  target.failure = { error };
  run.active = run.active.filter((one) => one !== target);
  await discardAll(run, target);
}

/** Works on all targets that still stand, side by side; one that fails stops none of the others. */
export async function forEachTarget<T>(
  run: ImportRun,
  work: (target: ImportTarget) => T | Promise<T>,
): Promise<Map<ImportTarget, T>> {
  const results = new Map<ImportTarget, T>();
  await Promise.all(run.active.map(async (target) => {
    try {
      results.set(target, await work(target));
    } catch (error) {
      await fail(run, target, error);
    }
  }));
  return results;
}

/** Takes away what waits for its name, unless the user stopped the import and it can be resumed. */
export async function discardAll({ call }: ImportRun, target: ImportTarget): Promise<void> {
  const { adapter, outcomes } = target;
  const kept = call.signal?.aborted === true && adapter.keepStaged !== undefined;
  if (kept) adapter.keepStaged?.();
  const ended = outcomes.values().map((outcome) => release(outcome, kept)).filter(Boolean);
  // Also what another call has begun to take away: the target may be closed then.
  target.forgetting = Promise.all([target.forgetting, ...ended]);
  outcomes.clear();
  await target.forgetting;
}

/** Gives up what an outcome holds, if it holds anything; `kept` leaves what is staged where it is. */
export function release(outcome: Outcome, kept = false): Promise<void> | undefined {
  if (outcome.kind === "buffered") outcome.release();
  if (outcome.kind !== "staged" && outcome.kind !== "staged-now") return undefined;
  // A staging that failed has cleaned up behind itself, and a discard that fails leaves something
  // that the next run's `prepare` takes away: neither may hide what made us come here.
  return Promise.resolve<Staged>(outcome.staged)
    .then((staged) => kept ? undefined : staged.discard())
    .catch(() => {});
}
