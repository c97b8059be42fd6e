/** Writing one file under its name. */
import type { PutOptions, PutSource } from "../storage/mod.ts";
import { hashing, sha256 } from "../util/digest.ts";
import { BinimportError } from "../util/errors.ts";
import { type ImportRun, type ImportTarget, type PlannedFile, settle } from "./run.ts";

/** Puts a file in its place; rejects unless the target has taken all of it. */
export async function write(
  run: ImportRun,
  target: ImportTarget,
  key: string,
  source: PutSource,
): Promise<void> {
  const file = run.wanted.get(key);
  if (file === undefined) return;
  wrote(run, target, key, await target.adapter.put(key, source, putOptions(run, file)));
}

/** What the target is told of a file. */
export function putOptions(run: ImportRun, { sha256, mode }: PlannedFile): PutOptions {
  return { sha256, mode, ...run.call };
}

/** Notes that a file is in its place, if the target says that all of it is. */
export function wrote(
  run: ImportRun,
  target: ImportTarget,
  key: string,
  info: { readonly size: number; readonly etag?: string },
): void {
  const size = run.wanted.get(key)?.size;
  if (info.size !== size) {
    throw new BinimportError(
      "integrity",
      `Cannot store ${
        JSON.stringify(key)
      }: ${target.adapter.target} stored ${info.size} bytes of ${size}`,
      { key },
    );
  }
  settle(run, target, key, info, true);
}

/** Chunks that end in an error when they are not the bytes that were read the first time. */
export async function* checked(
  chunks: AsyncIterable<Uint8Array>,
  key: string,
  expected: string,
): AsyncGenerator<Uint8Array> {
  const hash = sha256();
  yield* hashing(chunks, hash);
  if (hash.digest("hex") !== expected) throw changed(key);
}

/** The error for bytes that are not those of the first reading. */
export function changed(key: string): BinimportError {
  return new BinimportError(
    "package-damaged",
    `Cannot import ${JSON.stringify(key)}: its bytes changed while they were read`,
    { key, hint: "Something writes to the package or the target at the same time: run it again." },
  );
}
