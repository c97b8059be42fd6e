/** A file that goes by as a stream: its digest is known only at its end. */
import type { Staged } from "./adapter.ts";
import { hashed } from "./digest.ts";
import { type Branch, fanOut } from "./fan_out.ts";
import { decide, fail, type ImportRun, type ImportTarget } from "./import_run.ts";
import type { PackageFile } from "./package.ts";
import { chunkSource } from "./put_source.ts";
import { type Arrival, type Receiver, stageFile, stageFrom } from "./receivers.ts";

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
      staging ? { kind: "staged", staged: staging } : { kind: "later", origin, ordinal },
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
    file.size < stageFrom(target) || found !== undefined;
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
