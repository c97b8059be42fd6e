/** A package that was imported before, and whose files nothing has touched since. */
import { requireExpected } from "../packages/mod.ts";
import {
  type FileRecord,
  type Manifest,
  packageIdentity,
  type PackageOptions,
  type PackageRecord,
} from "../storage/mod.ts";
import { pause } from "../util/concurrency.ts";
import type { ImportRun, ImportTarget, Origin } from "./run.ts";
import { decideFor, planFile } from "./receive.ts";

/**
 * Whether every target still holds all that the package gives. Then the package was hashed but not
 * unpacked, and its keys are noted as unchanged. A target's record of a package is written only
 * after the package was found right and all of it was in place.
 */
export async function recall(run: ImportRun, origin: Origin): Promise<boolean> {
  const { digest, size, name } = origin.package;
  const isUnpacked = (why: string) => {
    run.note(`${JSON.stringify(name)} is unpacked: ${why}`);
    return false;
  };
  if (digest === undefined || !run.active.some((target) => remembersSize(target, size))) {
    return isUnpacked("no target has a record of it");
  }
  const ahead = readAhead(run, size);
  const sha256 = await digest(run.call.signal).finally(() => ahead); // nothing goes on behind us
  requireExpected(origin.package, sha256);
  const held = new Map<ImportTarget, KnownFiles>();
  for (const target of run.active) {
    const record = findRecord(target, sha256, run.packageOptions);
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
    for (const [key, { size, mode, sha256, etag }] of files) {
      const planned = { size, mode, sha256, origin };
      if (!planFile(run, key, planned)) continue;
      const found = { sha256, ...(etag === undefined ? {} : { etag }) };
      await decideFor(run, target, key, planned, { kind: "unchanged", found });
    }
  }
  return origin.recalled;
}

/** What lies under each key of a package. */
type KnownFiles = ReadonlyMap<string, FileRecord>;

/** The length only spares hashing a package that cannot be known; it decides nothing. */
function remembersSize(target: ImportTarget, size: number | undefined): boolean {
  return target.manifest.packages.some((record) => record.size === size);
}

/** While the package is hashed, the files are read that it left if it is one of that length. */
async function readAhead(run: ImportRun, size: number | undefined): Promise<void> {
  await Promise.all(
    run.active.map(({ manifest, known }) => known.readAhead(filesLeft(manifest, size))),
  );
}

function* filesLeft(
  { packages, files }: Manifest,
  size: number | undefined,
): Generator<{ readonly key: string; readonly size: number }> {
  const records = packages.filter((record) => record.size === size);
  for (const key of new Set(records.flatMap(({ keys }) => keys))) {
    const file = files.get(key);
    if (file !== undefined) yield { key, size: file.size };
  }
}

function findRecord(
  target: ImportTarget,
  sha256: string,
  options: PackageOptions,
): PackageRecord | undefined {
  const wanted = packageIdentity(sha256, options);
  return target.manifest.packages.find((record) =>
    packageIdentity(record.sha256, record.options) === wanted
  );
}

/** All that a package has left in a target; undefined where any of it is missing or another's. */
async function findAll(
  { manifest, known, immediate: at }: ImportTarget,
  record: PackageRecord,
): Promise<KnownFiles | undefined> {
  const all = new Map<string, FileRecord>();
  for (const key of record.keys) {
    const others = pause();
    if (others !== undefined) await others;
    const file = manifest.files.get(key);
    // Another package has written this key since: what this one holds there is no longer known.
    if (file === undefined || file.package !== record.sha256) return undefined;
    let found = at === undefined ? "unread" : known.findAtOnce(key, file.size, at);
    if (found === "unread") found = await known.find(key, file.size);
    if (found?.sha256 !== file.sha256) return undefined;
    all.set(key, file);
  }
  return all;
}
