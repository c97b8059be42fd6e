/** What an import knows while it runs. */
import type { Package } from "../packages/mod.ts";
import type {
  CallOptions,
  Manifest,
  ObjectInfo,
  PackageOptions,
  Staged,
  StorageAdapter,
} from "../storage/mod.ts";
import type { Semaphore } from "../util/concurrency.ts";
import type { Emit } from "./events.ts";
import type { KeySpace } from "./keys.ts";
import type { KnownDigests, KnownObject } from "./known_digests.ts";

/** A package and what was learnt by reading it. */
export interface Origin {
  readonly package: Package;
  /** SHA-256 of the package as it lies, once known; a folder never has one. */
  sha256?: string;
  /** The keys that it gave. */
  readonly keys: Set<string>;
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

/** What is to become of one key in one target. */
export type Outcome =
  | { readonly kind: "unchanged"; readonly found: KnownObject }
  /** It is being stored, or is stored, and waits for its name. */
  | { readonly kind: "staged"; readonly staged: Promise<Staged> }
  /** Its bytes wait in memory; `release` gives that memory up. */
  | { readonly kind: "buffered"; readonly bytes: Uint8Array; readonly release: () => void }
  /** It is to be written when its package is read again: the `ordinal`th file in it. */
  | { readonly kind: "deferred"; readonly origin: Origin; readonly ordinal: number }
  /** It is to become a copy of another key. */
  | { readonly kind: "copy"; readonly of: string };

/** One target of an import. */
export interface ImportTarget {
  readonly adapter: StorageAdapter;
  readonly signal: AbortSignal | undefined;
  manifest: Manifest;
  /** Digests of what lies there from before. */
  readonly known: KnownDigests;
  /** By key, in the order of the packages. */
  readonly outcomes: Map<string, Outcome>;
  /** Length in bytes of what is in its place. */
  settledBytes: number;
  /** What is in its place, by key: unchanged, or written now. */
  readonly settled: Map<string, SettledFile>;
  /** Settles when what was taken away so far is gone. */
  forgetting?: Promise<unknown>;
  /** Why nothing more is done for it. */
  failure?: { readonly error: unknown };
}

/** A file that is in its place. */
export interface SettledFile {
  readonly etag?: string;
  /** Whether it was written now. */
  readonly written: boolean;
  /** Whether the place itself vouches for its bytes. */
  readonly vouched: boolean;
}

export interface ImportRun {
  readonly targets: readonly ImportTarget[];
  readonly wanted: Map<string, PlannedFile>;
  /** Their length in bytes, once all packages were read. */
  wantedBytes: number;
  readonly keys: KeySpace;
  /** Bytes of small files that wait in memory: for the end of the reading, or for their turn. */
  readonly memory: Semaphore;
  readonly packageOptions: PackageOptions;
  /** What every call to an adapter takes: the signal that stops the import, if there is one. */
  readonly call: CallOptions;
  readonly emit: Emit;
}

/** Targets that have not failed. */
export function active(run: ImportRun): ImportTarget[] {
  return run.targets.filter((target) => target.failure === undefined);
}

/** Notes that a target failed, and takes away what was staged there. Other targets go on. */
export async function fail(target: ImportTarget, error: unknown): Promise<void> {
  if (target.failure !== undefined) return;
  target.failure = { error };
  await discardAll(target);
}

/**
 * Works on all targets that still stand, side by side; gives what came of those that still do
 * afterwards. One that fails is noted, and stops none of the others.
 */
export async function forEachTarget<T>(
  run: ImportRun,
  work: (target: ImportTarget) => Promise<T>,
): Promise<T[]> {
  const results = await Promise.all(
    active(run).map(async (target) => {
      try {
        return [await work(target)];
      } catch (error) {
        await fail(target, error);
        return [];
      }
    }),
  );
  return results.flat();
}

/** Notes what a package has under a key. The later one of two packages counts. */
export function planFile(run: ImportRun, key: string, file: PlannedFile): void {
  const former = run.wanted.get(key);
  const { origin } = file;
  if (former !== undefined && former.origin !== origin && former.sha256 !== file.sha256) {
    origin.replaced.add(key);
  }
  run.wanted.set(key, file);
  origin.keys.add(key);
}

/** Gives a key another outcome; what waited for its name under the former one is taken away. */
export async function decide(
  target: ImportTarget,
  key: string,
  outcome: Outcome | undefined,
): Promise<void> {
  const former = target.outcomes.get(key);
  if (outcome === undefined) target.outcomes.delete(key);
  else target.outcomes.set(key, outcome);
  if (former !== undefined) await release(former);
}

/** Notes that what was decided for a key is done. */
export function done(target: ImportTarget, key: string): void {
  const outcome = target.outcomes.get(key);
  target.outcomes.delete(key);
  if (outcome?.kind === "buffered") outcome.release();
}

/**
 * Takes away all that waits for its name in a target; when the user stopped the import, it stays
 * where the next one can go on with it. Settles when that is done, and what another call has begun
 * to take away is gone as well: the target may be closed then.
 */
export async function discardAll(target: ImportTarget): Promise<void> {
  const outcomes = [...target.outcomes.values()];
  target.outcomes.clear();
  const { adapter, signal } = target;
  const kept = signal?.aborted === true && adapter.keepStaged !== undefined;
  if (kept) adapter.keepStaged?.();
  target.forgetting = Promise.all([target.forgetting, ...outcomes.map(kept ? leave : release)]);
  await target.forgetting;
}

async function leave(outcome: Outcome): Promise<void> {
  if (outcome.kind === "buffered") outcome.release();
  if (outcome.kind === "staged") await outcome.staged.catch(() => {});
}

async function release(outcome: Outcome): Promise<void> {
  if (outcome.kind === "buffered") outcome.release();
  if (outcome.kind !== "staged") return;
  // A staging that failed has cleaned up behind itself, and a discard that fails leaves something
  // that the next run's `prepare` takes away: neither may hide what made us come here.
  await outcome.staged.then((staged) => staged.discard()).catch(() => {});
}

/** How far publishing is, in the target that is least far. */
export function emitPublished(run: ImportRun, current?: string): void {
  const slowest = active(run).reduce<ImportTarget | undefined>(
    (least, one) => least === undefined || one.settled.size < least.settled.size ? one : least,
    undefined,
  );
  run.emit({
    event: "progress",
    phase: "publishing",
    done: slowest?.settled.size ?? 0,
    total: run.wanted.size,
    bytes: slowest?.settledBytes ?? 0,
    totalBytes: run.wantedBytes,
    ...(current === undefined ? {} : { current }),
  });
}

/** Notes that a key is in its place. */
export function settle(
  run: ImportRun,
  target: ImportTarget,
  key: string,
  info: Pick<ObjectInfo, "etag" | "sha256">,
  written: boolean,
): void {
  const file = run.wanted.get(key);
  if (file === undefined) return;
  target.settled.set(key, {
    written,
    vouched: info.sha256 === file.sha256,
    ...(info.etag === undefined ? {} : { etag: info.etag }),
  });
  target.settledBytes += file.size;
  emitPublished(run, key);
  run.emit({
    event: "file",
    key,
    size: file.size,
    sha256: file.sha256,
    action: written ? "written" : "unchanged",
    target: target.adapter.target,
  });
}
