/** The targets that a file of a package goes to. */
import type { PackageFile } from "../packages/mod.ts";
import { chunkSource, type PutSource, type Staged } from "../storage/mod.ts";
import type { Semaphore } from "../util/concurrency.ts";
import { hashed, sha256Of } from "../util/digest.ts";
import { BinimportError } from "../util/errors.ts";
import { type Branch, fanOut } from "../util/streams.ts";
import type { KnownObject } from "./known_digests.ts";
import {
  active,
  decide,
  fail,
  type ImportRun,
  type ImportTarget,
  type Origin,
  type Outcome,
} from "./run.ts";

/** A target, and what is known of a file there. */
export interface Receiver {
  readonly target: ImportTarget;
  /** What is under the key now, if that has the file's length. */
  readonly found: KnownObject | undefined;
}

/** A file whose bytes are still to be read. */
export interface Arrival {
  readonly origin: Origin;
  readonly file: PackageFile;
  /** How many files of the package came before it. */
  readonly ordinal: number;
  readonly receivers: readonly Receiver[];
}

/** What each target holds under the key; a target that cannot tell has failed. */
export async function findInTargets(
  run: ImportRun,
  key: string,
  size: number,
): Promise<Receiver[]> {
  const receivers: Receiver[] = [];
  // Once for each file: promises of all targets together would cost more than the look-up.
  for (const target of active(run)) {
    try {
      receivers.push({ target, found: await target.known.find(key, size) });
    } catch (error) {
      await fail(target, error);
    }
  }
  return receivers;
}

/** Files of fewer bytes are not staged there: they are put once the package was found right. */
function minStageSize({ adapter }: ImportTarget): number {
  return adapter.stage === undefined ? Infinity : adapter.capabilities.minStageSize ?? 0;
}

/** Stages a file; `taken` tells how many bytes the target has asked for so far. */
async function stageFile(
  run: ImportRun,
  { adapter }: ImportTarget,
  { key, mode }: Pick<PackageFile, "key" | "mode">,
  source: PutSource,
  taken: () => number,
): Promise<Staged> {
  const staged = await adapter.stage?.(key, source, { mode, ...run.call });
  if (staged !== undefined && taken() === source.size) return staged;
  await staged?.discard();
  throw new BinimportError(
    "integrity",
    `Cannot store ${
      JSON.stringify(key)
    }: ${adapter.target} took ${taken()} of ${source.size} bytes`,
    { key },
  );
}

/** Reads the file and decides what becomes of it in each target; gives its SHA-256. */
export async function receiveStream(run: ImportRun, arrival: Arrival): Promise<string> {
  const { origin, file, ordinal, receivers } = arrival;
  const { chunks, digest } = hashed(file.chunks());
  const { branch, ended } = fanOut(chunks);
  const staged = new Map(
    stagers(arrival).map((target) => ({ target, branch: branch() }))
      .map((one) => [one.target, stageBranch(run, file, digest, one)]),
  );
  await settled(ended(), [...staged.values()]);
  for await (const _ of chunks); // what no target wanted to see still counts for the digest
  for (const [target, staging] of staged) staging.catch((error) => fail(target, error));

  const sha256 = digest() ?? refuseUnread(file);
  for (const { target, found } of receivers) {
    const staging = staged.get(target);
    await decide(
      target,
      file.key,
      staging ? { kind: "staged", staged: staging } : { kind: "deferred", origin, ordinal },
    );
    // Deciding again takes away what was staged in vain.
    if (found?.sha256 === sha256) await decide(target, file.key, { kind: "unchanged", found });
    if (target.failure !== undefined) await decide(target, file.key, undefined);
  }
  return sha256;
}

/**
 * Targets where the file is staged now. The others wait for a second reading of the package:
 * because they cannot stage, or because the file may turn out to be unchanged there.
 */
function stagers({ origin, file, receivers }: Arrival): ImportTarget[] {
  const waits = ({ target, found }: Receiver) =>
    file.size < minStageSize(target) || found !== undefined;
  return receivers.filter((one) => !origin.package.replayable || !waits(one))
    .map(({ target }) => target);
}

function refuseUnread({ key }: PackageFile): never {
  throw new Error(`The bytes of ${key} were not read to their end`);
}

/** Stages what a branch gives. */
async function stageBranch(
  run: ImportRun,
  file: PackageFile,
  digest: () => string | undefined,
  { target, branch }: { readonly target: ImportTarget; readonly branch: Branch },
): Promise<Staged> {
  let taken = 0;
  async function* counted(): AsyncGenerator<Uint8Array> {
    for await (const chunk of branch.chunks) {
      taken += chunk.length;
      yield chunk;
    }
  }
  try {
    const source = { ...chunkSource(file.size, false, counted), sha256: digest };
    return await stageFile(run, target, file, source, () => taken);
  } finally {
    branch.leave();
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

/** Bytes with their digest; valid until the next item of the package is asked for. */
interface Digested {
  readonly bytes: Uint8Array;
  readonly sha256: string;
}

/** Reads the file and decides what becomes of it in each target; gives its SHA-256. */
export async function receiveWhole(run: ImportRun, arrival: Arrival): Promise<string> {
  const { file, receivers } = arrival;
  const bytes = await file.bytes();
  const digested = { bytes, sha256: sha256Of(bytes) };
  const hold = holder(run.memory, bytes);
  for (const { target, found } of receivers) {
    const outcome: Outcome = found?.sha256 === digested.sha256
      ? { kind: "unchanged", found }
      : file.size < minStageSize(target)
      ? hold() ?? await putOff(run, target, arrival, digested)
      : await stageWhole(run, target, file, digested);
    await decide(target, file.key, target.failure === undefined ? outcome : undefined);
  }
  return digested.sha256;
}

/** Keeps one copy for all targets that wait; `undefined` once the memory is used up. */
function holder(memory: Semaphore, bytes: Uint8Array): () => Outcome | undefined {
  let copy: Uint8Array | undefined;
  let free: (() => void) | undefined;
  let holders = 0;
  return () => {
    free ??= memory.tryAcquire(bytes.length);
    if (free === undefined) return undefined;
    copy ??= new Uint8Array(bytes);
    holders++;
    return { kind: "buffered", bytes: copy, release: () => void (--holders === 0 && free?.()) };
  };
}

/** Of a package that cannot be read again, whatever a target can stage is staged. */
async function putOff(
  run: ImportRun,
  target: ImportTarget,
  { origin, file, ordinal }: Arrival,
  digested: Digested,
): Promise<Outcome> {
  if (origin.package.replayable) return { kind: "deferred", origin, ordinal };
  return await stageWhole(run, target, file, digested);
}

/** Settles once the target has taken the bytes; what it does with them may go on. */
async function stageWhole(
  run: ImportRun,
  target: ImportTarget,
  file: PackageFile,
  digested: Digested,
): Promise<Outcome> {
  const { source, taken, passed } = sourceOnce(digested);
  const staged = stageFile(run, target, file, source, taken);
  staged.catch((error) => fail(target, error));
  await Promise.race([passed, staged.catch(() => {})]);
  return { kind: "staged", staged };
}

/** A source that gives its bytes once, and `passed`, which settles when they were used. */
function sourceOnce(
  { bytes, sha256 }: Digested,
): { source: PutSource; taken: () => number; passed: Promise<void> } {
  const { promise: passed, resolve } = Promise.withResolvers<void>();
  let taken = 0;
  function take(): Uint8Array {
    taken = bytes.length;
    return bytes;
  }
  async function* chunks(): AsyncGenerator<Uint8Array> {
    try {
      if (bytes.length > 0) yield take();
    } finally {
      resolve();
    }
  }
  const source: PutSource = {
    ...chunkSource(bytes.length, false, chunks),
    sha256: () => sha256,
    bytes() {
      resolve();
      return take();
    },
  };
  return { source, taken: () => taken, passed };
}
