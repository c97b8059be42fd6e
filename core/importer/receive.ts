/** One file of a package, on its way to the targets. */
import type { PackageCopy, PackageFile } from "../packages/mod.ts";
import { BinimportError } from "../util/errors.ts";
import { decide, type ImportRun, type Origin, type Outcome, planFile } from "./run.ts";
import { findInTargets, receiveStream, receiveWhole } from "./stage.ts";

/** Files of up to so many bytes are read into memory, and then decided on. */
const MAX_WHOLE = 1024 * 1024;

/**
 * Reads a file once, to its end, and decides for each target what becomes of it: staged there, held
 * in memory, put off until the package is read again, or left as it is. Nothing gets its name yet.
 *
 * Rejects when the package fails; a target that fails is noted in the run.
 */
export async function receive(
  run: ImportRun,
  origin: Origin,
  file: PackageFile,
  ordinal: number,
): Promise<void> {
  run.keys.add(file.key);
  const arrival = {
    origin,
    file,
    ordinal,
    receivers: await findInTargets(run, file.key, file.size),
  };
  const sha256 = file.size <= MAX_WHOLE
    ? await receiveWhole(run, arrival)
    : await receiveStream(run, arrival);
  planFile(run, file.key, { size: file.size, mode: file.mode, sha256, origin });
}

/** Notes that a key is to become a copy of another key of its package. */
export async function receiveCopy(
  run: ImportRun,
  origin: Origin,
  copy: PackageCopy,
): Promise<void> {
  run.keys.add(copy.key);
  const file = run.wanted.get(copy.of);
  if (file === undefined || file.origin !== origin) {
    throw new BinimportError(
      "package-damaged",
      `Cannot import the link ${JSON.stringify(copy.key)}: its file ${
        JSON.stringify(copy.of)
      } is missing`,
      { key: copy.key },
    );
  }
  planFile(run, copy.key, file);
  for (const { target, found } of await findInTargets(run, copy.key, file.size)) {
    const outcome: Outcome = found?.sha256 === file.sha256
      ? { kind: "unchanged", found }
      : { kind: "copy", of: copy.of };
    await decide(target, copy.key, outcome);
  }
}
