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
  release,
} from "./run.ts";
import { bufferOnce, minStageSize, stageBranch, stageWhole } from "./stage.ts";
import { decide, decideFor, planFile, requirePlace } from "./wanted.ts";

/** Files of up to so many bytes are read into memory, and then decided on. */
const MAX_WHOLE = 1024 * 1024;

/** A file whose bytes are still to be read. */
interface Arrival {
  readonly origin: Origin;
  readonly file: PackageFile;
  /** How many files of the package came before it. */
  readonly ordinal: number;
}

/**
 * Reads a file once, to its end, and decides for each target what becomes of it: staged there, kept
 * in memory, put off until the package is read again, or left as it is. Of a small file, that is
 * done when this returns wherever targets answer at once: a promise for each of 100,000 files would
 * cost as much as writing it.
 *
 * Rejects when the package fails; a target that fails is noted in the run.
 */
export function receive(
  run: ImportRun,
  origin: Origin,
  file: PackageFile,
  ordinal: number,
): Promise<void> | undefined {
  const arrival = { origin, file, ordinal };
  if (file.size > MAX_WHOLE) return receiveStream(run, arrival);
  const bytes = file.bytes();
  if (bytes instanceof Uint8Array && receiveAtOnce(run, arrival, bytes)) return undefined;
  return receiveWhole(run, arrival, bytes);
}

/** False where any target has to be waited for; nothing is done then. */
function receiveAtOnce(
  run: ImportRun,
  { origin, file: { key, size, mode } }: Arrival,
  bytes: Uint8Array,
): boolean {
  const receivers: (Receiver & { readonly at: ImmediateCalls })[] = [];
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
      void decide(target, key, outcome);
    } catch (error) {
      void fail(run, target, error);
    }
  }
  return true;
}

/** Decides what becomes of the bytes in each target. */
async function receiveWhole(
  run: ImportRun,
  arrival: Arrival,
  coming: Uint8Array | Promise<Uint8Array>,
): Promise<void> {
  const { origin, file: { key, size, mode }, ordinal } = arrival;
  const bytes = await coming;
  const receivers = await findInTargets(run, key, size);
  const planned = { size, mode, sha256: sha256Of(bytes), origin };
  if (!planFile(run, key, planned)) return;
  const buffer = bufferOnce(run.memory, bytes);
  for (const { target, found } of receivers) {
    const small = size < minStageSize(target);
    const outcome: Outcome = found?.sha256 === planned.sha256
      ? { kind: "unchanged", found }
      : (small ? buffer() : undefined) ??
        // Of a package that cannot be read again, whatever a target can stage is staged.
        (small && origin.package.replayable
          ? { kind: "deferred", origin, ordinal }
          : await stageWhole(run, target, arrival.file, bytes, planned.sha256));
    await decideFor(run, target, key, planned, outcome);
  }
}

/** A target, and what is known of a file there. */
interface Receiver {
  readonly target: ImportTarget;
  /** What is under the key now, if that has the file's length. */
  readonly found: KnownObject | undefined;
}

/** What each target holds under the key; a target that cannot tell has failed. */
async function findInTargets(run: ImportRun, key: string, size: number): Promise<Receiver[]> {
  const receivers: Receiver[] = [];
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
async function receiveStream(run: ImportRun, { origin, file, ordinal }: Arrival): Promise<void> {
  const { key, size, mode } = file;
  requirePlace(run, key);
  const receivers = await findInTargets(run, key, size);
  const { chunks, digest } = hashed(file.chunks());
  const { branch, ended } = fanOut(chunks);
  const staged = new Map<ImportTarget, Promise<Staged>>();
  for (const { target, found } of receivers) {
    // Else it waits for a second reading of the package: the target cannot stage, or it may turn out
    // to be unchanged there.
    const isStaged = found === undefined && size >= minStageSize(target);
    if (!isStaged && origin.package.replayable) continue;
    staged.set(target, stageBranch(run, target, file, digest, branch()));
  }
  await settled(ended(), [...staged.values()]);
  for await (const _ of chunks); // what no target wanted to see still counts for the digest

  const sha256 = digest();
  if (sha256 === undefined) throw new Error(`The bytes of ${key} were not read to their end`);
  const planned = { size, mode, sha256, origin };
  const counts = planFile(run, key, planned);
  for (const { target, found } of receivers) {
    const staging = staged.get(target);
    const outcome: Outcome = staging === undefined
      ? { kind: "deferred", origin, ordinal }
      : { kind: "staged", staged: staging };
    if (!counts) await release(outcome);
    else if (found?.sha256 !== sha256) await decideFor(run, target, key, planned, outcome);
    else {
      await release(outcome);
      await decideFor(run, target, key, planned, { kind: "unchanged", found });
    }
  }
}

/** Waits for the end of the stream; when it fails, first lets every reader clean up behind itself. */
async function settled(ended: Promise<void>, readers: readonly Promise<unknown>[]): Promise<void> {
  for (const reader of readers) reader.catch(() => {}); // dealt with once the stream has ended
  try {
    await ended;
  } catch (error) {
    await Promise.allSettled(readers);
    throw error;
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
    const outcome: Outcome = found?.sha256 === file.sha256
      ? { kind: "unchanged", found }
      : { kind: "copy", of };
    await decideFor(run, target, key, file, outcome);
  }
}
