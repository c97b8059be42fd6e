/** Storing a file in a target without its name. */
import type { PackageFile } from "../packages/mod.ts";
import { chunkSource, type PutSource, type Staged } from "../storage/mod.ts";
import type { Semaphore } from "../util/concurrency.ts";
import { BinimportError } from "../util/errors.ts";
import type { Branch } from "../util/streams.ts";
import { fail, type ImportRun, type ImportTarget, type Outcome } from "./run.ts";

/** Files of fewer bytes are not staged there: they are put once the package was found right. */
export function minStageSize({ adapter }: ImportTarget): number {
  return adapter.stage === undefined ? Infinity : adapter.capabilities.minStageSize ?? 0;
}

/** Keeps one copy for all targets that wait; `undefined` once the memory is used up. */
export function bufferOnce(memory: Semaphore, bytes: Uint8Array): () => Outcome | undefined {
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

/** Settles once the target has taken the bytes; what it does with them may go on. */
export async function stageWhole(
  run: ImportRun,
  target: ImportTarget,
  file: PackageFile,
  bytes: Uint8Array,
  sha256: string,
): Promise<Outcome> {
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
  const staged = stageSource(run, target, file, source, () => taken);
  await Promise.race([passed, staged.catch(() => {})]);
  return { kind: "staged", staged };
}

/** Stages what a branch gives, and leaves it then. */
export async function stageBranch(
  run: ImportRun,
  target: ImportTarget,
  file: PackageFile,
  digest: () => string | undefined,
  { chunks, leave }: Branch,
): Promise<Staged> {
  let taken = 0;
  async function* counted(): AsyncGenerator<Uint8Array> {
    for await (const chunk of chunks) {
      taken += chunk.length;
      yield chunk;
    }
  }
  const source = { ...chunkSource(file.size, false, counted), sha256: digest };
  return await stageSource(run, target, file, source, () => taken).finally(leave);
}

/** Stages a file; `taken` tells how many bytes the target has asked for so far. */
function stageSource(
  run: ImportRun,
  target: ImportTarget,
  { key, mode }: Pick<PackageFile, "key" | "mode">,
  source: PutSource,
  taken: () => number,
): Promise<Staged> {
  const { adapter } = target;
  const staging = async () => {
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
  };
  const staged = staging();
  staged.catch((error) => fail(run, target, error));
  return staged;
}
