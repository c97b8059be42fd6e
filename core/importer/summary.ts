/** What an import says of itself as a whole. */
import { BinimportError } from "../util/errors.ts";
import { formatBytes, formatCount } from "../util/units.ts";
import type { SummaryEvent } from "./events.ts";
import type { ImportRun, ImportTarget, Origin } from "./run.ts";

/** Tells what will be done, and in a dry run what would be done with each file. */
export function plan(run: ImportRun): void {
  run.wantedBytes = totalBytes(run);
  run.emit({
    event: "plan",
    files: run.wanted.size,
    bytes: run.wantedBytes,
    targets: run.targets.map(({ adapter }) => adapter.target),
  });
}

/** For a dry run: what would become of each file. */
export function emitOutcomes(run: ImportRun): void {
  for (const target of run.targets) {
    for (const [key, { kind }] of target.outcomes) {
      const file = run.wanted.get(key);
      if (file === undefined) continue;
      run.emit({
        event: "file",
        key,
        size: file.size,
        sha256: file.sha256,
        action: kind === "unchanged" ? "unchanged" : "would-write",
        target: target.adapter.target,
      });
    }
  }
}

/** The last event of an import that began at `started`, in ms as `performance.now()` counts. */
export function summarise(run: ImportRun, started: number, dryRun: boolean): SummaryEvent {
  const targets = run.targets.map((target) => ({
    target: target.adapter.target,
    ok: target.failure === undefined,
    ...(dryRun ? countOutcomes(target) : {
      written: target.settled.written,
      unchanged: target.settled.files - target.settled.written,
      ...urlToTry(run, target),
    }),
  }));
  return {
    event: "summary",
    ok: targets.every(({ ok }) => ok),
    files: run.wanted.size,
    written: targets.reduce((sum, { written }) => sum + written, 0),
    unchanged: targets.reduce((sum, { unchanged }) => sum + unchanged, 0),
    bytes: totalBytes(run),
    seconds: Math.round(performance.now() - started) / 1000,
    dryRun,
    targets,
  };
}

/** The URL of the first file, if there is one and it can be fetched. */
function urlToTry(run: ImportRun, { adapter, failure }: ImportTarget): { readonly url?: string } {
  const [key] = run.wanted.keys();
  if (failure !== undefined || key === undefined) return {};
  const url = adapter.publicUrl?.(key);
  return url === undefined ? {} : { url: url.href };
}

function countOutcomes({ outcomes }: ImportTarget): { written: number; unchanged: number } {
  const unchanged = [...outcomes.values()].filter(({ kind }) => kind === "unchanged").length;
  return { written: outcomes.size - unchanged, unchanged };
}

function totalBytes(run: ImportRun): number {
  let bytes = 0;
  for (const { size } of run.wanted.values()) bytes += size;
  return bytes;
}

/** Warns of files that replaced those of a package before it. */
export function warnReplaced(run: ImportRun, { package: { name }, replaced }: Origin): void {
  const [first] = replaced;
  if (first === undefined) return;
  run.emit({
    event: "warning",
    code: "replaced",
    message: `${formatCount(replaced.size, "file")} of ${
      JSON.stringify(name)
    } had other bytes in a package before it, such as ${
      JSON.stringify(first)
    }: the later one counts`,
    hint: "If both are needed, import one of them --into a folder of its own.",
  });
}

/**
 * For a dry run: notes that a target fails which has less room than an import needs before any file
 * gets its name. What is written later takes the place of what is there, and is not counted.
 */
export async function checkFreeSpace(run: ImportRun): Promise<void> {
  for (const target of run.active) {
    try {
      await requireRoom(run, target);
    } catch (error) {
      target.failure = { error }; // what it would write is still to be told
    }
  }
}

async function requireRoom(run: ImportRun, { adapter, outcomes }: ImportTarget): Promise<void> {
  let needed = 0;
  for (const [key, { kind }] of outcomes) {
    if (kind === "staged") needed += run.wanted.get(key)?.size ?? 0;
  }
  const free = await adapter.freeSpace?.(run.call) ?? needed;
  if (free >= needed) return;
  throw new BinimportError(
    "no-space",
    `Cannot import into ${adapter.target}: no room for what is new: ${
      formatBytes(needed)
    } are needed, ${formatBytes(free)} are free`,
    { hint: "Make room: what is replaced is given back only when all that is new is there." },
  );
}
