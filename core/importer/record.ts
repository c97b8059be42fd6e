/** What a finished import leaves in a target's manifest. */
import {
  amend,
  type Changes,
  type FileRecord,
  loadManifest,
  packageIdentity,
  type PackageRecord,
  saveManifest,
} from "../storage/mod.ts";
import type { ImportRun, ImportTarget, Origin, SettledFile } from "./run.ts";

/**
 * Writes the target's manifest, the last thing that is written; nothing when it says it already.
 * To be called when every file is in its place and verified. Where shares of the files are imported
 * side by side, what others have recorded since the beginning is kept.
 */
export async function updateManifest(run: ImportRun, target: ImportTarget): Promise<void> {
  const { adapter } = target;
  const update = updateOf(run, target);
  if (update === undefined) return;
  const shared = run.packageOptions.shard !== undefined;
  if (!shared || adapter.withExclusiveLock === undefined) return await save(run, target, update);
  await adapter.withExclusiveLock(async () => {
    target.manifest = await loadManifest(adapter, run.call);
    const now = updateOf(run, target);
    if (now !== undefined) await save(run, target, now);
  }, run.call);
}

/** What is to be written into a manifest. */
interface Update {
  readonly packages: PackageRecord[];
  /** The records of files that it does not have yet, made as they are asked for. */
  readonly changes: Changes;
}

async function save(
  run: ImportRun,
  { adapter, manifest }: ImportTarget,
  { packages, changes }: Update,
): Promise<void> {
  manifest.packages = packages;
  amend(manifest, changes);
  await saveManifest(adapter, manifest, run.call, changes);
}

/** Undefined where there is nothing to be changed in the manifest. */
function updateOf(run: ImportRun, { manifest, outcomes }: ImportTarget): Update | undefined {
  const recorded = new Set<string>();
  const found = new Set<string>();
  function* settled(): Generator<[string, FileRecord]> {
    for (const [key, one] of outcomes) {
      if (one.kind !== "settled" || recorded.has(key)) continue;
      const record = recordOf(run, key, one, found.has(key));
      if (record !== undefined) yield [key, record];
    }
  }
  let changed = false;
  for (const [key, one] of outcomes) {
    const file = run.wanted.get(key);
    if (one.kind !== "settled" || file === undefined) continue;
    if (file.origin.recalled && !one.written) {
      recorded.add(key);
      continue;
    }
    const former = manifest.files.get(key);
    const ours = one.written || (former?.sha256 === file.sha256 && former.found !== true);
    if (!ours) found.add(key);
    const record = former && recordOf(run, key, one, !ours);
    if (former !== undefined && JSON.stringify(former) === JSON.stringify(record)) {
      recorded.add(key);
    } else changed = true;
  }
  const packages = packageRecords(run, manifest.packages);
  const isSame = packages.length === manifest.packages.length &&
    packages.every((one, i) => one === manifest.packages[i]);
  if (!changed && isSame) return undefined;
  const changes = { keys: () => settled().map(([key]) => key), [Symbol.iterator]: settled };
  return { packages, changes };
}

function recordOf(
  run: ImportRun,
  key: string,
  { etag }: SettledFile,
  found: boolean,
): FileRecord | undefined {
  const file = run.wanted.get(key);
  return file && {
    size: file.size,
    mode: file.mode,
    sha256: file.sha256,
    ...(file.origin.sha256 === undefined ? {} : { package: file.origin.sha256 }),
    ...(etag === undefined ? {} : { etag }),
    ...(found ? { found: true } : {}),
  };
}

/** This import's packages after the former ones; a record that says the same stays what it is. */
function packageRecords(run: ImportRun, former: readonly PackageRecord[]): PackageRecord[] {
  const keys = new Map<Origin, string[]>();
  for (const [key, { origin }] of run.wanted) {
    keys.getOrInsertComputed(origin, () => []).push(key);
  }
  const records = new Map(former.map((one) => [packageIdentity(one.sha256, one.options), one]));
  for (const origin of run.origins) {
    const { package: { name, size }, sha256, lost } = origin;
    const own = keys.get(origin);
    if (sha256 === undefined || own === undefined) continue; // no file comes from it
    const record = {
      sha256,
      ...(size === undefined ? {} : { size }),
      name: name.slice(name.lastIndexOf("/") + 1),
      options: run.packageOptions,
      keys: [...own, ...lost.keys()],
    };
    const identity = packageIdentity(sha256, run.packageOptions);
    if (JSON.stringify(records.get(identity)) === JSON.stringify(record)) continue;
    records.set(identity, record);
  }
  return [...records.values()];
}
