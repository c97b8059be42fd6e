/** One file of a package, on its way to the targets. */
import type { Staged } from "./adapter.ts";
import { hashed } from "./digest.ts";
import { BinimportError } from "./errors.ts";
import { type Branch, fanOut } from "./fan_out.ts";
import {
  active,
  decide,
  fail,
  type ImportRun,
  type ImportTarget,
  type Origin,
  type Outcome,
} from "./import_run.ts";
import type { PackageCopy, PackageFile } from "./package.ts";
import { chunkSource, collect } from "./put_source.ts";

/** Files longer than this many bytes are never held in memory. */
const MAX_HELD = 4 * 1024 * 1024;

/** A target, and what is known of the file there. */
interface Receiver {
  readonly target: ImportTarget;
  /** SHA-256 of what is under the key now, if that has the file's length. */
  readonly known: string | undefined;
}

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
  const receivers = await lookUp(run, file.key, file.size);
  const { stage, wait } = share(receivers, file, origin.package.replayable);
  const { chunks, digest } = hashed(file.chunks());

  const release = wait.length > 0 && file.size <= MAX_HELD
    ? run.memory.tryAcquire(file.size)
    : undefined;
  if (release === undefined && !origin.package.replayable) stage.push(...wait.splice(0));

  const { branch, ended } = fanOut(chunks);
  const holder = release && branch();
  const stagers = stage.map(({ target }) => ({ target, branch: branch() }));
  const staged = new Map(stagers.map((one) => [one.target, stageBranch(run, file, digest, one)]));
  const held = holder && collectBranch(holder, file.size);
  await settled(ended(), [...staged.values(), ...(held === undefined ? [] : [held])]);
  for await (const _ of chunks); // what no target wanted to see still counts for the digest
  for (const [target, staging] of staged) staging.catch((error) => fail(target, error));

  const bytes = await held;
  const sha256 = digest() ?? refuseUnread(file);
  const hold = release && bytes && shared(bytes, release);
  run.wanted.set(file.key, { size: file.size, mode: file.mode, sha256, origin });
  origin.keys.add(file.key);
  for (const { target, known } of receivers) {
    const staging = staged.get(target);
    await decide(
      target,
      file.key,
      staging
        ? { kind: "staged", staged: staging }
        : hold?.() ?? { kind: "later", origin, ordinal },
    );
    // Deciding again takes away what was staged or held in vain.
    if (known === sha256) await decide(target, file.key, { kind: "unchanged" });
    if (target.failure !== undefined) await decide(target, file.key, undefined);
  }
}

function refuseUnread({ key }: PackageFile): never {
  throw new Error(`The bytes of ${key} were not read to their end`);
}

/** Makes outcomes that hold the same bytes; the last one to let go of them gives up the memory. */
function shared(bytes: Uint8Array, release: () => void): () => Outcome {
  let holders = 0;
  return () => {
    holders++;
    return { kind: "held", bytes, release: () => void (--holders === 0 && release()) };
  };
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
  run.wanted.set(copy.key, file);
  origin.keys.add(copy.key);
  for (const { target, known } of await lookUp(run, copy.key, file.size)) {
    const kind = known === file.sha256 ? "unchanged" : "copy";
    await decide(target, copy.key, kind === "copy" ? { kind, of: copy.of } : { kind });
  }
}

/** What each target holds under the key; a target that cannot tell has failed. */
async function lookUp(run: ImportRun, key: string, size: number): Promise<Receiver[]> {
  const receivers: Receiver[] = [];
  for (const target of active(run)) {
    try {
      receivers.push({ target, known: await target.known.sha256(key, size) });
    } catch (error) {
      await fail(target, error);
    }
  }
  return receivers;
}

/**
 * Who stages the file now, and who waits: because it is cheaper to write it once the package was
 * found right, or because it may turn out to be unchanged and the package can be read again.
 */
function share(
  receivers: readonly Receiver[],
  file: PackageFile,
  replayable: boolean,
): { stage: Receiver[]; wait: Receiver[] } {
  const waits = ({ target, known }: Receiver) =>
    file.size < stageFrom(target) || (known !== undefined && replayable);
  return { stage: receivers.filter((one) => !waits(one)), wait: receivers.filter(waits) };
}

function stageFrom({ adapter }: ImportTarget): number {
  return adapter.stage === undefined ? Infinity : adapter.capabilities.stageFrom ?? 0;
}

/** Stages what a branch gives. The promise is watched: a failure is the target's. */
function stageBranch(
  run: ImportRun,
  file: PackageFile,
  digest: () => string | undefined,
  { target, branch }: { readonly target: ImportTarget; readonly branch: Branch },
): Promise<Staged> {
  let delivered = 0;
  async function* counted(): AsyncGenerator<Uint8Array> {
    for await (const chunk of branch.chunks) {
      delivered += chunk.length;
      yield chunk;
    }
  }

  async function stage(): Promise<Staged> {
    try {
      const source = { ...chunkSource(file.size, false, counted), sha256: digest };
      const staged = await target.adapter.stage?.(file.key, source, {
        mode: file.mode,
        ...run.call,
      });
      if (staged !== undefined && delivered === file.size) return staged;
      await staged?.discard();
      throw new BinimportError(
        "integrity",
        `Cannot store ${
          JSON.stringify(file.key)
        }: ${target.adapter.target} took ${delivered} of ${file.size} bytes`,
        { key: file.key },
      );
    } finally {
      branch.leave();
    }
  }
  return stage();
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

async function collectBranch(branch: Branch, size: number): Promise<Uint8Array> {
  try {
    return await collect(branch.chunks, size);
  } finally {
    branch.leave();
  }
}
