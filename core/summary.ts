/** What an import says of itself as a whole. */
import type { SummaryEvent } from "./events.ts";
import type { ImportRun, ImportTarget } from "./import_run.ts";

/** Tells what will be done, and in a dry run what would be done with each file. */
export function plan(run: ImportRun): void {
  run.emit({
    event: "plan",
    files: run.wanted.size,
    bytes: totalBytes(run),
    targets: run.targets.map(({ adapter }) => adapter.target),
  });
}

/** For a dry run: what would become of each file. */
export function tellOutcomes(run: ImportRun): void {
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
    ...(dryRun ? countOutcomes(target) : { ...countSettled(target), ...urlToTry(run, target) }),
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

function countSettled({ settled }: ImportTarget): { written: number; unchanged: number } {
  const written = [...settled.values()].filter((one) => one.written).length;
  return { written, unchanged: settled.size - written };
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
