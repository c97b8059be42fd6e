/** The second reading of a package, for the files that were put off in the first. */
import type { PackageFile, ReadOptions } from "../packages/mod.ts";
import { bytesSource, chunkSource, type PutSource } from "../storage/mod.ts";
import { sha256Of } from "../util/digest.ts";
import { fanOut } from "../util/streams.ts";
import { active, done, fail, type ImportRun, type ImportTarget, type Origin } from "./run.ts";
import { changed, checked, write } from "./write.ts";

/** Files up to this many bytes are read into memory, so that several are written side by side. */
const MAX_IN_MEMORY = 4 * 1024 * 1024;

/** Writes what was put off: each package that still owes files is read once more. */
export async function writeDeferred(run: ImportRun, read: ReadOptions): Promise<void> {
  const due = new Map<Origin, Map<number, ImportTarget[]>>();
  for (const target of active(run)) {
    for (const outcome of target.outcomes.values()) {
      if (outcome.kind !== "deferred") continue;
      const ordinals = due.get(outcome.origin) ?? new Map<number, ImportTarget[]>();
      due.set(outcome.origin, ordinals);
      ordinals.set(outcome.ordinal, [...(ordinals.get(outcome.ordinal) ?? []), target]);
    }
  }
  for (const [origin, ordinals] of due) await readAgain(run, read, origin, ordinals);
}

async function readAgain(
  run: ImportRun,
  { onWarning: _told, ...read }: ReadOptions,
  origin: Origin,
  due: Map<number, readonly ImportTarget[]>,
): Promise<void> {
  const writing = new Set<Promise<void>>();
  let ordinal = 0;
  try {
    for await (const item of origin.package.read(read).items) {
      if (due.size === 0) break;
      if (item.kind === "restart") ordinal = 0;
      if (item.kind !== "file") continue;
      const targets = due.get(ordinal);
      due.delete(ordinal++);
      if (targets !== undefined) await rewrite(run, item, targets, writing);
    }
  } finally {
    await Promise.all(writing);
  }
}

async function rewrite(
  run: ImportRun,
  item: PackageFile,
  targets: readonly ImportTarget[],
  writing: Set<Promise<void>>,
): Promise<void> {
  const file = run.wanted.get(item.key);
  if (file === undefined) return;
  if (item.size <= MAX_IN_MEMORY) {
    const release = await run.memory.acquire(item.size, run.call.signal);
    const source = bytesSource(await copyOf(item, file.sha256), file.sha256);
    const all = Promise.all(targets.map((target) => tryWrite(run, target, item.key, source)))
      .then(() => {
        release();
        writing.delete(all);
      });
    writing.add(all);
    return;
  }
  const { branch, ended } = fanOut(checked(item.chunks(), item.key, file.sha256));
  const writers = targets.map((target) => ({ target, branch: branch() }));
  const end = ended();
  await Promise.all(writers.map(async ({ target, branch }) => {
    await tryWrite(run, target, item.key, chunkSource(item.size, false, () => branch.chunks));
    branch.leave();
  }));
  await end;
}

/** All the bytes, which outlive the item; rejects when they are others than in the first reading. */
async function copyOf(item: PackageFile, sha256: string): Promise<Uint8Array> {
  const bytes = new Uint8Array(await item.bytes());
  if (sha256Of(bytes) !== sha256) throw changed(item.key);
  return bytes;
}

async function tryWrite(
  run: ImportRun,
  target: ImportTarget,
  key: string,
  source: PutSource,
): Promise<void> {
  if (target.failure !== undefined) return;
  try {
    await write(run, target, key, source);
    done(target, key);
  } catch (error) {
    await fail(target, error);
  }
}
