/** What a finished import leaves in a target's manifest. */
import {
  amend,
  type FileRecord,
  loadManifest,
  packageIdentity,
  type PackageRecord,
  saveManifest,
} from "../storage/mod.ts";
import type { ImportRun, ImportTarget, PlannedFile, SettledFile } from "./run.ts";

/**
 * Writes the target's manifest, when every file is in its place and verified, unless it says all of
 * it already. Where shards are imported side by side, what others have recorded meanwhile is kept.
 */
export async function updateManifest(run: ImportRun, target: ImportTarget): Promise<void> {
  const { adapter } = target;
  const save = async () => {
    const update = updateOf(run, target);
    if (update === undefined) return;
    const { manifest } = target;
    manifest.packages = update.packages;
    amend(manifest, update.changes);
    await saveManifest(adapter, manifest, run.call, update.changes);
  };
  const shared = run.packageOptions.shard !== undefined;
  if (!shared || adapter.withExclusiveLock === undefined) return await save();
  if (updateOf(run, target) === undefined) return;
  await adapter.withExclusiveLock(async () => {
    target.manifest = await loadManifest(adapter, run.call);
    await save();
  }, run.call);
}

/** What is to be written into a manifest; undefined where it says all of it already. */
function updateOf(run: ImportRun, { manifest, outcomes, settled }: ImportTarget) {
  if (settled.written === 0 && run.origins.every(({ recalled }) => recalled)) return undefined;
  const recorded = new Set<string>(); // the manifest says the same of them
  const found = new Set<string>(); // they lay there before the first import
  function* unrecorded(): Generator<[string, SettledFile, PlannedFile]> {
    for (const [key, one] of outcomes) {
      const file = run.wanted.get(key);
      if (one.kind === "settled" && file !== undefined && !recorded.has(key)) {
        yield [key, one, file];
      }
    }
  }
  const recordOf = (key: string, { etag }: SettledFile, file: PlannedFile): FileRecord => ({
    size: file.size,
    mode: file.mode,
    sha256: file.sha256,
    ...(file.origin.sha256 !== undefined && { package: file.origin.sha256 }),
    ...(etag !== undefined && { etag }),
    ...(found.has(key) && { found: true }),
  });
  let changed = false;
  for (const [key, one, file] of unrecorded()) {
    if (file.origin.recalled && !one.written) {
      recorded.add(key);
      continue;
    }
    const former = manifest.files.get(key);
    if (!one.written && (former?.sha256 !== file.sha256 || former.found)) found.add(key);
    if (former !== undefined && isSame(former, recordOf(key, one, file))) recorded.add(key);
    else changed = true;
  }
  const packages = packageRecords(run, manifest.packages);
  const former = new Set(manifest.packages);
  if (!changed && packages.length === former.size && packages.every((one) => former.has(one))) {
    return undefined;
  }
  const changes = {
    keys: () => unrecorded().map(([key]) => key),
    /** Made as they are asked for: there may be a million. */
    [Symbol.iterator]: () =>
      unrecorded().map(([key, one, file]): [string, FileRecord] => [key, recordOf(key, one, file)]),
  };
  return { packages, changes };
}

function isSame(a: FileRecord, b: FileRecord): boolean {
  return a.sha256 === b.sha256 && a.etag === b.etag && a.package === b.package &&
    a.size === b.size && a.mode === b.mode && a.found === b.found;
}

/** This import's packages after the former ones; a record that says the same stays what it is. */
function packageRecords(run: ImportRun, former: readonly PackageRecord[]): PackageRecord[] {
  const records = new Map(former.map((one) => [packageIdentity(one.sha256, one.options), one]));
  for (const origin of run.origins) {
    const { package: { name, size }, sha256, lost, recalled } = origin;
    if (sha256 === undefined || recalled) continue;
    const own = run.wanted.entries().filter(([, file]) => file.origin === origin);
    const keys = [...own.map(([key]) => key), ...lost.keys()];
    if (keys.length === lost.size) continue; // others gave all of its files
    const record = {
      sha256,
      ...(size !== undefined && { size }),
      name: name.slice(name.lastIndexOf("/") + 1),
      options: run.packageOptions,
      keys,
    };
    const identity = packageIdentity(sha256, run.packageOptions);
    const same = records.get(identity);
    if (same !== undefined && JSON.stringify(same) === JSON.stringify(record)) continue;
    records.set(identity, record);
  }
  return [...records.values()];
}
