/** The targets that a file of a package goes to. */
import type { PutSource, Staged } from "./adapter.ts";
import { BinimportError } from "./errors.ts";
import { active, fail, type ImportRun, type ImportTarget, type Origin } from "./import_run.ts";
import type { KnownObject } from "./known_digests.ts";
import type { PackageFile } from "./package.ts";

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
export async function lookUp(run: ImportRun, key: string, size: number): Promise<Receiver[]> {
  const receivers: Receiver[] = [];
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
export function stageFrom({ adapter }: ImportTarget): number {
  return adapter.stage === undefined ? Infinity : adapter.capabilities.stageFrom ?? 0;
}

/** Stages a file; `taken` tells how many bytes the target has asked for so far. */
export async function stageFile(
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
