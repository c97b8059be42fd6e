/** One file of a package, on its way to the targets: nothing gets its name yet. */
import type { PackageCopy, PackageFile } from "../packages/mod.ts";
import type { ImmediateCalls, Staged } from "../storage/mod.ts";
import { hashed, sha256Of } from "../util/digest.ts";
import { BinimportError } from "../util/errors.ts";
import { fanOut } from "../util/streams.ts";
import type { KnownObject } from "./known_digests.ts";
import {
  fail,
  type ImportRun,
  type ImportTarget,
  type Origin,
  type Outcome,
  type PlannedFile,
  release,
} from "./run.ts";
import { stageBranch, stageWhole } from "./stage.ts";

/** Files of up to so many bytes are read into memory, and then decided on. */
const MAX_WHOLE = 1024 * 1024;

type Deferred = Extract<Outcome, { kind: "deferred" }>;

/**
 * Reads a file once, to its end, and decides for each target what becomes of it. Of a small file,
 * that is done when this returns wherever targets answer at once: a promise for each of 100,000
 * files would cost as much as writing it. `ordinal` tells how many files of the package came before.
 */
export function receive(
  run: ImportRun,
  origin: Origin,
  file: PackageFile,
  ordinal: number,
): Promise<void> | undefined {
  const deferred: Deferred = { kind: "deferred", origin, ordinal };
  if (file.size > MAX_WHOLE) return receiveStream(run, file, deferred);
  const bytes = file.bytes();
  if (bytes instanceof Uint8Array && receiveAtOnce(run, origin, file, bytes)) return undefined;
  return receiveWhole(run, file, bytes, deferred);
}

/** False where any target has to be waited for; nothing is done then. */
function receiveAtOnce(
  run: ImportRun,
  origin: Origin,
  { key, size, mode }: PackageFile,
  bytes: Uint8Array,
): boolean {
  const receivers: {
    target: ImportTarget;
    found: KnownObject | undefined;
    at: ImmediateCalls;
  }[] = [];
  for (const target of run.active) {
    const { immediate: at, known } = target;
    if (at === undefined) return false;
    try {
      const found = known.findAtOnce(key, size, at);
      if (found === "unread") return false;
      receivers.push({ target, found, at });
    } catch (error) {
      void fail(run, target, error);
    }
  }
  const planned = { size, mode, sha256: sha256Of(bytes), origin };
  if (!planFile(run, key, planned)) return true;
  for (const { target, found, at } of receivers) {
    try {
      const outcome: Outcome = found?.sha256 === planned.sha256
        ? { kind: "unchanged", found }
        : { kind: "staged-now", staged: at.stage(key, bytes, mode) };
      void decide(run, target, key, planned, outcome);
    } catch (error) {
      void fail(run, target, error);
    }
  }
  return true;
}

/** Decides what becomes of the bytes in each target. */
async function receiveWhole(
  run: ImportRun,
  file: PackageFile,
  coming: Uint8Array | Promise<Uint8Array>,
  deferred: Deferred,
): Promise<void> {
  const { key, size, mode } = file;
  const { origin } = deferred;
  const bytes = await coming;
  const receivers = await findInTargets(run, key, size);
  const planned = { size, mode, sha256: sha256Of(bytes), origin };
  if (!planFile(run, key, planned)) return;
  let copy: Uint8Array | undefined; // one for all targets
  const outcomeIn = (target: ImportTarget, found: KnownObject | undefined) => {
    if (found?.sha256 === planned.sha256) return { kind: "unchanged", found } as const;
    const isSmall = size < target.minStageSize;
    const free = isSmall ? run.memory.tryAcquire(size) : undefined;
    if (free !== undefined) {
      copy ??= new Uint8Array(bytes);
      return { kind: "buffered", bytes: copy, release: free } as const;
    }
    // Of a package that cannot be read again, whatever a target can stage is staged.
    if (isSmall && origin.package.replayable) return deferred;
    return stageWhole(run, target, file, bytes, planned.sha256);
  };
  for (const { target, found } of receivers) {
    await decide(run, target, key, planned, await outcomeIn(target, found));
  }
}

/** What targets have under the key, if it is of that length; one that cannot tell has failed. */
async function findInTargets(run: ImportRun, key: string, size: number) {
  const receivers: { target: ImportTarget; found: KnownObject | undefined }[] = [];
  // Once for each file: promises of all targets together would cost more than the look-up.
  for (const target of run.active) {
    try {
      receivers.push({ target, found: await target.known.find(key, size) });
    } catch (error) {
      await fail(run, target, error);
    }
  }
  return receivers;
}

/** Stages what passes by, wherever it can be and is worth it. */
async function receiveStream(run: ImportRun, file: PackageFile, deferred: Deferred): Promise<void> {
  const { key, size, mode } = file;
  const { origin } = deferred;
  requirePlace(run, key);
  const receivers = await findInTargets(run, key, size);
  const { chunks, digest } = hashed(file.chunks());
  const { branch, ended } = fanOut(chunks);
  const staged = new Map<ImportTarget, Promise<Staged>>();
  for (const { target, found } of receivers) {
    // Else it waits for a second reading of the package: the target cannot stage, or it may turn out
    // to be unchanged there.
    const isStaged = found === undefined && size >= target.minStageSize;
    if (!isStaged && origin.package.replayable) continue;
    staged.set(target, stageBranch(run, target, file, digest, branch()));
  }
  try {
    await ended();
  } catch (error) {
    await Promise.allSettled(staged.values()); // each cleans up behind itself
    throw error;
  }
  for await (const _ of chunks); // what no target wanted to see still counts for the digest

  const sha256 = digest();
  if (sha256 === undefined) throw new Error(`The bytes of ${key} were not read to their end`);
  const planned = { size, mode, sha256, origin };
  planFile(run, key, planned);
  for (const { target, found } of receivers) {
    const staging = staged.get(target);
    const outcome: Outcome = staging === undefined ? deferred : { kind: "staged", staged: staging };
    const isThere = found?.sha256 === sha256;
    if (isThere) await release(outcome);
    await decide(run, target, key, planned, isThere ? { kind: "unchanged", found } : outcome);
  }
}

/** Notes that a key is to become a copy of another key of its package. */
export async function receiveCopy(
  run: ImportRun,
  origin: Origin,
  { key, of }: PackageCopy,
): Promise<void> {
  const file = origin.lost.get(of) ?? run.wanted.get(of);
  if (file?.origin !== origin) {
    throw new BinimportError(
      "package-damaged",
      `Cannot import the link ${JSON.stringify(key)}: its file ${JSON.stringify(of)} is missing`,
      { key },
    );
  }
  if (!planFile(run, key, file)) return;
  for (const { target, found } of await findInTargets(run, key, file.size)) {
    const isThere = found?.sha256 === file.sha256;
    const outcome: Outcome = isThere ? { kind: "unchanged", found } : { kind: "copy", of };
    await decide(run, target, key, file, outcome);
  }
}

/** A name of 4 KB can make 2,000 folders, and each takes memory. No real package comes near. */
const MAX_FOLDERS = 200_000;

/** Notes a key's folders; throws code `package-hostile` where one path is a file and a folder. */
function requirePlace({ wanted, folders }: ImportRun, key: string): void {
  if (folders.has(key)) throw clash(key);
  for (let end = key.lastIndexOf("/"); end > 0; end = key.lastIndexOf("/", end - 1)) {
    const folder = key.slice(0, end);
    if (folders.has(folder)) break;
    if (wanted.has(folder)) throw clash(folder);
    if (folders.size === MAX_FOLDERS) {
      const state = `it makes more than ${MAX_FOLDERS} folders`;
      throw new BinimportError("package-hostile", `Cannot import what was given: ${state}`);
    }
    folders.add(folder);
  }
}

function clash(key: string): BinimportError {
  return new BinimportError(
    "package-hostile",
    `Cannot import ${JSON.stringify(key)}: it is both a file and a folder in what was given`,
    { key, hint: "Leave one of them out with --exclude." },
  );
}

/** Notes what a package has under a key; false where one behind it has given the key already. */
export function planFile(run: ImportRun, key: string, file: PlannedFile): boolean {
  requirePlace(run, key);
  const former = run.wanted.get(key);
  if (former !== undefined && former.origin !== file.origin) {
    const isLater = former.origin.order < file.origin.order;
    const [earlier, later] = isLater ? [former, file] : [file, former];
    earlier.origin.lost.set(key, earlier);
    if (earlier.sha256 !== later.sha256) later.origin.replaced.add(key);
    if (!isLater) return false;
  }
  run.wanted.set(key, file);
  return true;
}

/** Gives a planned file its outcome, where it still counts; takes away the outcome that does not. */
export function decide(
  run: ImportRun,
  target: ImportTarget,
  key: string,
  planned: PlannedFile,
  outcome: Outcome,
): Promise<void> | undefined {
  const counts = target.failure === undefined && run.wanted.get(key) === planned;
  const superseded = counts ? target.outcomes.get(key) : outcome;
  if (counts) target.outcomes.set(key, outcome);
  return superseded && release(superseded);
}
