/** Storing a file in a target without its name. */
import type { PackageFile } from "../packages/mod.ts";
import { chunkSource, type PutSource, type Staged } from "../storage/mod.ts";
import { BinimportError } from "../util/errors.ts";
import type { Branch } from "../util/streams.ts";
import { fail, type ImportRun, type ImportTarget, type Outcome } from "./run.ts";

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
  async function* chunks(): AsyncGenerator<Uint8Array> {
    try {
      taken = bytes.length;
      if (bytes.length > 0) yield bytes;
    } finally {
      resolve();
    }
  }
  const source: PutSource = {
    ...chunkSource(bytes.length, false, chunks),
    sha256: () => sha256,
    bytes() {
      resolve();
      taken = bytes.length;
      return bytes;
    },
  };
  const staged = stageSource(run, target, file, source, () => taken);
  await Promise.race([passed, staged.catch(() => {})]);
  return { kind: "staged", staged };
}

/** Stages what a branch gives, and leaves it then. */
export function stageBranch(
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
  const staged = stageSource(run, target, file, source, () => taken);
  staged.then(leave, leave);
  return staged;
}

/** Stages a file; `taken` tells how many bytes the target has asked for so far. */
function stageSource(
  run: ImportRun,
  target: ImportTarget,
  { key, mode }: PackageFile,
  source: PutSource,
  taken: () => number,
): Promise<Staged> {
  const staging = async () => {
    const staged = await target.adapter.stage?.(key, source, { mode, ...run.call });
    if (staged !== undefined && taken() === source.size) return staged;
    await staged?.discard();
    throw incomplete(target, key, `took ${taken()}`, source.size);
  };
  const staged = staging();
  staged.catch((error) => fail(run, target, error)); // so it may be awaited at any time
  return staged;
}

/** The error of an adapter that `took` or `stored` fewer bytes of a file than there are. */
export function incomplete(
  { adapter }: ImportTarget,
  key: string,
  did: string,
  size: number,
): BinimportError {
  const message = `Cannot store ${JSON.stringify(key)}: ${adapter.target} ${did} of ${size} bytes`;
  return new BinimportError("integrity", message, { key });
}
