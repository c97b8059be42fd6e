/** From what was staged, kept or put off to files under their names. */
import type { PackageFile, ReadOptions } from "../packages/mod.ts";
import {
  bytesSource,
  chunkSource,
  type ObjectInfo,
  type PutOptions,
  type PutSource,
} from "../storage/mod.ts";
import { concurrently, pause } from "../util/concurrency.ts";
import { hashing, sha256, sha256Of } from "../util/digest.ts";
import { BinimportError } from "../util/errors.ts";
import { fanOut } from "../util/streams.ts";
import {
  emitPublished,
  fail,
  forEachTarget,
  type ImportRun,
  type ImportTarget,
  type Origin,
  type Outcome,
  type PlannedFile,
  settle,
} from "./run.ts";

/**
 * Gives every file its name in every target. To be called when all packages were found right. Each
 * file changes in one step; a target that fails is noted in the run, and what it already has is
 * whole.
 */
export async function publish(run: ImportRun, read: ReadOptions): Promise<void> {
  emitPublished(run);
  await forEachTarget(run, async (target) => {
    await settleAtOnce(run, target);
    await settleAll(run, target, ["staged", "buffered"]);
  });
  await writeDeferred(run, read);
  await forEachTarget(run, (target) => settleAll(run, target, ["copy"]));
}

/** What need not be waited for. */
async function settleAtOnce(run: ImportRun, target: ImportTarget): Promise<void> {
  for (const [key, outcome] of target.outcomes) {
    const others = pause();
    if (others !== undefined) await others;
    const file = run.wanted.get(key);
    if (file === undefined) continue;
    if (outcome.kind === "unchanged") settle(run, target, key, outcome.found, false);
    if (outcome.kind !== "staged-now") continue;
    wrote(run, target, key, outcome.staged.publishAtOnce(putOptions(run, file)));
  }
}

async function settleAll(
  run: ImportRun,
  target: ImportTarget,
  kinds: readonly Outcome["kind"][],
): Promise<void> {
  const due = target.outcomes.entries().filter(([, { kind }]) => kinds.includes(kind));
  await concurrently(due, target.adapter.capabilities.maxConcurrency, async ([key, outcome]) => {
    const file = run.wanted.get(key);
    if (file === undefined) return;
    if (outcome.kind === "staged") {
      const staged = await outcome.staged;
      wrote(run, target, key, await staged.publish(putOptions(run, file)));
    } else if (outcome.kind === "buffered") {
      await write(run, target, key, bytesSource(outcome.bytes, file.sha256));
    } else if (outcome.kind === "copy") {
      await write(run, target, key, copySource(run, target, key, outcome.of));
    }
  });
}

/** Puts a file in its place; rejects unless the target has taken all of it. */
async function write(
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
function putOptions(run: ImportRun, { sha256, mode }: PlannedFile): PutOptions {
  return { sha256, mode, ...run.call };
}

/** Notes that a file is in its place, if the target says that all of it is. */
function wrote(run: ImportRun, target: ImportTarget, key: string, info: ObjectInfo): void {
  const size = run.wanted.get(key)?.size;
  if (info.size === size) return settle(run, target, key, info, true);
  throw new BinimportError(
    "integrity",
    `Cannot store ${
      JSON.stringify(key)
    }: ${target.adapter.target} stored ${info.size} bytes of ${size}`,
    { key },
  );
}

/** A link's bytes, read back from the file that it means, which has its name by now. */
function copySource(run: ImportRun, target: ImportTarget, key: string, of: string): PutSource {
  const file = run.wanted.get(key);
  if (file === undefined || run.wanted.get(of)?.sha256 !== file.sha256) {
    throw new BinimportError(
      "unsupported",
      `Cannot import the link ${JSON.stringify(key)}: another package replaces its file ${
        JSON.stringify(of)
      }`,
      { key, hint: "Import the packages one after the other." },
    );
  }
  return chunkSource(file.size, true, async function* () {
    yield* checked(await target.adapter.get(of), of, file.sha256);
  });
}

/** Chunks that end in an error when they are not the bytes that were read the first time. */
async function* checked(
  chunks: AsyncIterable<Uint8Array>,
  key: string,
  expected: string,
): AsyncGenerator<Uint8Array> {
  const hash = sha256();
  yield* hashing(chunks, hash);
  if (hash.digest("hex") !== expected) throw changed(key);
}

function changed(key: string): BinimportError {
  return new BinimportError(
    "package-damaged",
    `Cannot import ${JSON.stringify(key)}: its bytes changed while they were read`,
    { key, hint: "Something writes to the package or the target at the same time: run it again." },
  );
}

/** Writes what was put off: each package that still owes files is read once more. */
async function writeDeferred(run: ImportRun, read: ReadOptions): Promise<void> {
  const due = new Map<Origin, Map<number, ImportTarget[]>>();
  for (const target of run.active) {
    for (const outcome of target.outcomes.values()) {
      if (outcome.kind !== "deferred") continue;
      const ordinals = due.getOrInsertComputed(outcome.origin, () => new Map());
      ordinals.getOrInsertComputed(outcome.ordinal, () => []).push(target);
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
  const writing = new Set<Promise<unknown>>();
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

/** Files up to this many bytes are read into memory, so that several are written side by side. */
const MAX_IN_MEMORY = 4 * 1024 * 1024;

async function rewrite(
  run: ImportRun,
  item: PackageFile,
  targets: readonly ImportTarget[],
  writing: Set<Promise<unknown>>,
): Promise<void> {
  const file = run.wanted.get(item.key);
  if (file === undefined) return;
  const tryWrite = async (target: ImportTarget, source: PutSource) => {
    if (target.failure !== undefined) return;
    await write(run, target, item.key, source).catch((error) => fail(run, target, error));
  };
  if (item.size <= MAX_IN_MEMORY) {
    const free = await run.memory.acquire(item.size, run.call.signal);
    const bytes = new Uint8Array(await item.bytes()); // it outlives the item
    if (sha256Of(bytes) !== file.sha256) throw changed(item.key);
    const source = bytesSource(bytes, file.sha256);
    const all = Promise.all(targets.map((target) => tryWrite(target, source))).then(() => {
      free();
      writing.delete(all);
    });
    writing.add(all);
    return;
  }
  const { branch, ended } = fanOut(checked(item.chunks(), item.key, file.sha256));
  const branches = targets.map((target) => ({ target, ...branch() }));
  const end = ended();
  await Promise.all(branches.map(async ({ target, chunks, leave }) => {
    await tryWrite(target, chunkSource(item.size, false, () => chunks));
    leave();
  }));
  await end;
}
