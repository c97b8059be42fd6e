/** From what was staged, kept or put off to files under their names. */
import type { PackageFile, ReadOptions } from "../packages/mod.ts";
import { bytesSource, chunkSource, type ObjectInfo, type PutSource } from "../storage/mod.ts";
import { concurrently, pause } from "../util/concurrency.ts";
import { hashed, sha256Of } from "../util/digest.ts";
import { BinimportError } from "../util/errors.ts";
import { fanOut } from "../util/streams.ts";
import {
  fail,
  forEachTarget,
  type ImportRun,
  type ImportTarget,
  type Outcome,
  type PlannedFile,
} from "./run.ts";
import { incomplete } from "./stage.ts";

/** Gives every file its name in every target, each in one step, once all packages were right. */
export async function publish(run: ImportRun, read: ReadOptions): Promise<void> {
  await forEachTarget(run, (target) => discardStale(run, target));
  emitPublished(run);
  await forEachTarget(run, async (target) => {
    await settleAtOnce(run, target);
    await settleAll(run, target, ["staged", "buffered"]);
  });
  await writeDeferred(run, read);
  await forEachTarget(run, (target) => settleAll(run, target, ["copy"]));
}

/** What is unchanged is not staged, which would have cleared what a killed run left there. */
async function discardStale(run: ImportRun, target: ImportTarget): Promise<void> {
  const { adapter, outcomes, minStageSize } = target;
  if (adapter.discardStale === undefined) return;
  const keys = outcomes.entries().filter(([key, { kind }]) =>
    kind === "unchanged" && (run.wanted.get(key)?.size ?? 0) >= minStageSize
  );
  await adapter.discardStale(keys.map(([key]) => key).toArray(), run.call);
}

/** What need not be waited for. */
async function settleAtOnce(run: ImportRun, target: ImportTarget): Promise<void> {
  for (const [key, outcome] of target.outcomes) {
    const others = pause();
    if (others !== undefined) await others;
    const file = run.wanted.get(key);
    if (file === undefined) continue;
    if (outcome.kind === "unchanged") settle(run, target, key, file, outcome.found, "unchanged");
    if (outcome.kind !== "staged-now") continue;
    settle(run, target, key, file, outcome.staged.publishAtOnce(putOptions(run, file)));
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
      settle(run, target, key, file, await staged.publish(putOptions(run, file)));
    } else if (outcome.kind === "buffered") {
      await write(run, target, key, file, bytesSource(outcome.bytes, file.sha256));
    } else if (outcome.kind === "copy") {
      await write(run, target, key, file, copySource(run, target, key, outcome.of));
    }
  });
}

async function write(
  run: ImportRun,
  target: ImportTarget,
  key: string,
  file: PlannedFile,
  source: PutSource,
): Promise<void> {
  settle(run, target, key, file, await target.adapter.put(key, source, putOptions(run, file)));
}

function putOptions({ call }: ImportRun, { sha256, mode }: PlannedFile) {
  return { sha256, mode, ...call };
}

/** Notes that a key is in its place, if the target says that all of it is. */
function settle(
  run: ImportRun,
  target: ImportTarget,
  key: string,
  { size, sha256 }: PlannedFile,
  info: Partial<ObjectInfo>,
  action: "written" | "unchanged" = "written",
): void {
  const { outcomes, settled, adapter } = target;
  const written = action === "written";
  if (written && info.size !== size) throw incomplete(target, key, `stored ${info.size}`, size);
  const former = outcomes.get(key);
  outcomes.set(key, { kind: "settled", etag: info.etag, written, vouched: info.sha256 === sha256 });
  if (former?.kind === "buffered") former.release();
  settled.files++;
  settled.bytes += size;
  if (written) settled.written++;
  emitPublished(run, key);
  run.emit({ event: "file", key, size, sha256, action, target: adapter.target });
}

/** Tells how far publishing is, in the target that is least far. */
function emitPublished(run: ImportRun, current?: string): void {
  let slowest = run.active[0]?.settled;
  if (slowest === undefined) return; // every target has failed
  for (const { settled } of run.active) if (settled.files < slowest.files) slowest = settled;
  run.emit({
    event: "progress",
    phase: "publishing",
    done: slowest.files,
    total: run.wanted.size,
    bytes: slowest.bytes,
    totalBytes: run.wantedBytes,
    ...(current !== undefined && { current }),
  });
}

/** A link's bytes, read back from the file that it means, which has its name by now. */
function copySource(run: ImportRun, target: ImportTarget, key: string, of: string): PutSource {
  const file = run.wanted.get(key);
  if (file === undefined || run.wanted.get(of)?.sha256 !== file.sha256) {
    const state = `another package replaces its file ${JSON.stringify(of)}`;
    throw new BinimportError(
      "unsupported",
      `Cannot import the link ${JSON.stringify(key)}: ${state}`,
      { key, hint: "Import the packages one after the other." },
    );
  }
  return chunkSource(file.size, true, async function* () {
    yield* checked(await target.adapter.get(of), of, file.sha256);
  });
}

/** Chunks that end in an error when they are not the bytes that were read the first time. */
async function* checked(
  bytes: AsyncIterable<Uint8Array>,
  key: string,
  expected: string,
): AsyncGenerator<Uint8Array> {
  const { chunks, digest } = hashed(bytes);
  yield* chunks;
  if (digest() !== expected) throw changed(key);
}

function changed(key: string): BinimportError {
  return new BinimportError(
    "package-damaged",
    `Cannot import ${JSON.stringify(key)}: its bytes changed while they were read`,
    { key, hint: "Something writes to the package or the target at the same time: run it again." },
  );
}

/** Writes what was put off: each package that still owes files is read once more. */
async function writeDeferred(run: ImportRun, { onWarning: _told, ...read }: ReadOptions) {
  for (const origin of run.origins) {
    const owed = (outcome: Outcome | undefined) =>
      outcome?.kind === "deferred" && outcome.origin === origin ? outcome.ordinal : undefined;
    const due = new Set(
      run.active.flatMap(({ outcomes }) =>
        outcomes.values().map(owed).filter((ordinal) => ordinal !== undefined).toArray()
      ),
    );
    if (due.size === 0) continue;
    const writing = new Set<Promise<unknown>>();
    let next = 0;
    try {
      for await (const item of origin.package.read(read).items) {
        if (item.kind === "restart") next = 0;
        if (item.kind !== "file") continue;
        const ordinal = next++;
        const file = run.wanted.get(item.key);
        if (!due.delete(ordinal) || file === undefined) continue;
        const targets = run.active.filter(({ outcomes }) =>
          owed(outcomes.get(item.key)) === ordinal
        );
        await rewrite(run, item, file, targets, writing);
        if (due.size === 0) break;
      }
    } finally {
      await Promise.all(writing);
    }
  }
}

/** Files up to this many bytes are read into memory, so that several are written side by side. */
const MAX_IN_MEMORY = 4 * 1024 * 1024;

async function rewrite(
  run: ImportRun,
  item: PackageFile,
  file: PlannedFile,
  targets: readonly ImportTarget[],
  writing: Set<Promise<unknown>>,
): Promise<void> {
  const tryWrite = async (target: ImportTarget, source: PutSource) => {
    if (target.failure !== undefined) return;
    await write(run, target, item.key, file, source).catch((error) => fail(run, target, error));
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
