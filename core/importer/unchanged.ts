/** A package that was imported before, and whose files nothing has touched since. */
import { requireExpected } from "../packages/mod.ts";
import { type FileRecord, packageIdentity, type PackageRecord } from "../storage/mod.ts";
import { pause } from "../util/concurrency.ts";
import { decide, planFile } from "./receive.ts";
import type { ImportRun, ImportTarget, Origin } from "./run.ts";

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
