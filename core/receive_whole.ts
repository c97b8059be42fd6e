/** A file that fits into memory: its digest is known before anything is decided. */
import type { PutSource } from "./adapter.ts";
import { sha256Of } from "./digest.ts";
import { decide, fail, type ImportRun, type ImportTarget, type Outcome } from "./import_run.ts";
import type { PackageFile } from "./package.ts";
import { chunkSource } from "./put_source.ts";
import { type Arrival, stageFile, stageFrom } from "./receivers.ts";
import type { Semaphore } from "./semaphore.ts";

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
      : file.size < stageFrom(target)
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
    return { kind: "held", bytes: copy, release: () => void (--holders === 0 && free?.()) };
  };
}

/** Of a package that cannot be read again, whatever a target can stage is staged. */
async function putOff(
  run: ImportRun,
  target: ImportTarget,
  { origin, file, ordinal }: Arrival,
  digested: Digested,
): Promise<Outcome> {
  if (origin.package.replayable) return { kind: "later", origin, ordinal };
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
