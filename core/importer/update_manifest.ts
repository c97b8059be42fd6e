/** What a finished import leaves in a target's manifest. */
import {
  type FileRecord,
  livingPackages,
  loadManifest,
  packageIdentity,
  type PackageRecord,
  saveManifest,
} from "../storage/mod.ts";
import type { ImportRun, ImportTarget, Origin } from "./run.ts";

/**
 * Writes the target's manifest, the last thing that is written; nothing when it says it already.
 * To be called when every file is in its place and verified. Where shares of the files are imported
 * side by side, what others have recorded since the beginning is kept.
 */
export async function updateManifest(
  run: ImportRun,
  target: ImportTarget,
  origins: readonly Origin[],
): Promise<void> {
  if (!note(run, target, origins)) return;
  const { adapter } = target;
  const save = () => saveManifest(adapter, target.manifest, run.call);
  if (run.packageOptions.shard === undefined || adapter.withExclusiveLock === undefined) {
    return await save();
  }
  await adapter.withExclusiveLock(async () => {
    target.manifest = await loadManifest(adapter, run.call);
    if (note(run, target, origins)) await save();
  }, run.call);
}

/** Brings the manifest in memory up to date; tells whether that changed anything. */
function note(run: ImportRun, target: ImportTarget, origins: readonly Origin[]): boolean {
  const changed = recordFiles(run, target);
  const packages = packageRecords(run, target, origins);
  const same = JSON.stringify(packages) === JSON.stringify(target.manifest.packages);
  target.manifest.packages = packages;
  return changed || !same;
}

function recordFiles(run: ImportRun, target: ImportTarget): boolean {
  let changed = false;
  for (const [key, { etag, written }] of target.settled) {
    const file = run.wanted.get(key);
    if (file === undefined) continue;
    const former = target.manifest.files.get(key);
    const ours = written || (former?.sha256 === file.sha256 && former.found !== true);
    const entry: FileRecord = {
      size: file.size,
      mode: file.mode,
      sha256: file.sha256,
      ...(file.origin.sha256 === undefined ? {} : { package: file.origin.sha256 }),
      ...(etag === undefined ? {} : { etag }),
      ...(ours ? {} : { found: true }),
    };
    if (former !== undefined && JSON.stringify(former) === JSON.stringify(entry)) continue;
    target.manifest.files.set(key, entry);
    changed = true;
  }
  return changed;
}

/** This import's packages after the former ones, less those that no file comes from any more. */
function packageRecords(
  run: ImportRun,
  target: ImportTarget,
  origins: readonly Origin[],
): PackageRecord[] {
  const records = new Map(
    target.manifest.packages.map((one) => [packageIdentity(one.sha256, one.options), one]),
  );
  for (const { package: { name, size }, sha256, keys } of origins) {
    if (sha256 === undefined) continue;
    const entry = {
      sha256,
      ...(size === undefined ? {} : { size }),
      name: name.slice(name.lastIndexOf("/") + 1),
      options: run.packageOptions,
      keys: [...keys],
    };
    records.set(packageIdentity(sha256, run.packageOptions), entry);
  }
  return livingPackages(records.values(), target.manifest.files);
}
