/** Packages on record: recalled in place of being unpacked, and noted when their files are in place. */
import { requireExpected } from "../packages/mod.ts";
import {
  amend,
  type FileRecord,
  loadManifest,
  packageIdentity,
  type PackageRecord,
  saveManifest,
} from "../storage/mod.ts";
import { pause } from "../util/concurrency.ts";
import { decide, planFile } from "./receive.ts";
import type { ImportRun, ImportTarget, Origin, PlannedFile, SettledFile } from "./run.ts";

/**
 * Whether every target still holds all that the package gives: then it was hashed but not unpacked,
 * and its keys are noted as unchanged. Only packages that were found right are on record.
 */
export async function recall(run: ImportRun, origin: Origin): Promise<boolean> {
  const { digest, size, name } = origin.package;
  const isUnpacked = (why: string) => {
    run.note(`${JSON.stringify(name)} is unpacked: ${why}`);
    return false;
  };
  // The length only spares hashing a package that cannot be known; it decides nothing.
  const ofLength = ({ manifest }: ImportTarget) =>
    manifest.packages.filter((record) => record.size === size);
  if (digest === undefined || !run.active.some((target) => ofLength(target).length > 0)) {
    return isUnpacked("no target has a record of it");
  }
  const ahead = Promise.all(run.active.map((one) => one.known.readAhead(ofLength(one))));
  const sha256 = await digest(run.call.signal).finally(() => ahead); // nothing goes on behind us
  requireExpected(origin.package, sha256);
  const wanted = packageIdentity(sha256, run.packageOptions);
  const held = new Map<ImportTarget, ReadonlyMap<string, FileRecord>>();
  for (const target of run.active) {
    const record = target.manifest.packages.find((one) =>
      packageIdentity(one.sha256, one.options) === wanted
    );
    const found = record && await findAll(target, record);
    if (found === undefined) {
      const state = record === undefined ? "has no record of it" : "no longer holds all its files";
      return isUnpacked(`${target.adapter.target} ${state}`);
    }
    held.set(target, found);
  }
  run.note(`${JSON.stringify(name)} is not unpacked: all its files are there, untouched`);
  origin.sha256 = sha256;
  origin.recalled = held.size > 0;
  for (const [target, files] of held) {
    for (const [key, found] of files) {
      const planned = { size: found.size, mode: found.mode, sha256: found.sha256, origin };
      if (!planFile(run, key, planned)) continue;
      const released = decide(run, target, key, planned, { kind: "unchanged", found });
      if (released !== undefined) await released;
    }
  }
  return origin.recalled;
}

/** All that a package has left in a target; undefined where any of it is missing or another's. */
async function findAll(
  { manifest, known, immediate }: ImportTarget,
  record: PackageRecord,
): Promise<ReadonlyMap<string, FileRecord> | undefined> {
  const all = new Map<string, FileRecord>();
  for (const key of record.keys) {
    const others = pause();
    if (others !== undefined) await others;
    const file = manifest.files.get(key);
    // Another package has written this key since: what this one holds there is no longer known.
    if (file === undefined || file.package !== record.sha256) return undefined;
    let found = immediate && known.findAtOnce(key, file.size, immediate, file);
    if (immediate === undefined || found === "unread") found = await known.find(key, file.size);
    if (found?.sha256 !== file.sha256) return undefined;
    all.set(key, file);
  }
  return all;
}

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
  const keys = Map.groupBy(run.wanted.keys(), (key) => run.wanted.get(key)?.origin);
  const records = new Map(former.map((one) => [packageIdentity(one.sha256, one.options), one]));
  for (const origin of run.origins) {
    const { package: { name, size }, sha256, lost, recalled } = origin;
    const own = keys.get(origin);
    if (sha256 === undefined || own === undefined || recalled) continue;
    const record = {
      sha256,
      ...(size !== undefined && { size }),
      name: name.slice(name.lastIndexOf("/") + 1),
      options: run.packageOptions,
      keys: [...own, ...lost.keys()],
    };
    const identity = packageIdentity(sha256, run.packageOptions);
    const same = records.get(identity);
    if (same !== undefined && JSON.stringify(same) === JSON.stringify(record)) continue;
    records.set(identity, record);
  }
  return [...records.values()];
}
