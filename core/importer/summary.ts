/** What an import says of itself as a whole. */
import { BinimportError } from "../util/errors.ts";
import { formatBytes, formatCount } from "../util/units.ts";
import type { SummaryEvent } from "./events.ts";
import type { ImportRun } from "./run.ts";

/** Tells what will be done. */
export function plan(run: ImportRun): void {
  for (const { size } of run.wanted.values()) run.wantedBytes += size;
  run.emit({
    event: "plan",
    files: run.wanted.size,
    bytes: run.wantedBytes,
    targets: run.targets.map(({ adapter }) => adapter.target),
  });
}

/** For a dry run: tells what would become of each file; a target fails that has too little room. */
export async function emitOutcomes(run: ImportRun): Promise<void> {
  for (const target of run.targets) {
    const { adapter, outcomes } = target;
    let needed = 0;
    for (const [key, { kind }] of outcomes) {
      const file = run.wanted.get(key);
      if (file === undefined) continue;
      const { size, sha256 } = file;
      if (kind === "staged") needed += size;
      const action = kind === "unchanged" ? "unchanged" : "would-write";
      run.emit({ event: "file", key, size, sha256, action, target: adapter.target });
    }
    if (target.failure !== undefined) continue;
    try {
      const free = await adapter.freeSpace?.(run.call) ?? needed;
      if (free >= needed) continue;
      const state = `${formatBytes(needed)} are needed, ${formatBytes(free)} are free`;
      throw new BinimportError(
        "no-space",
        `Cannot import into ${adapter.target}: no room for what is new: ${state}`,
        { hint: "Make room: replaced files are removed only when all new ones are there." },
      );
    } catch (error) {
      target.failure = { error }; // what it would write is still to be told
    }
  }
}

/** The last event of an import that began at `started`, in ms as `performance.now()` counts. */
export function summarise(run: ImportRun, started: number, dryRun: boolean): SummaryEvent {
  const [first] = run.wanted.keys();
  const targets = run.targets.map(({ adapter, outcomes, settled, failure }) => {
    const ok = failure === undefined;
    const files = dryRun ? outcomes.size : settled.files;
    const written = dryRun
      ? outcomes.values().filter(({ kind }) => kind !== "unchanged").toArray().length
      : settled.written;
    const url = ok && !dryRun && first !== undefined && adapter.publicUrl?.(first)?.href;
    const counts = { written, unchanged: files - written };
    return { target: adapter.target, ok, ...counts, ...(url && { url }) };
  });
  return {
    event: "summary",
    ok: targets.every(({ ok }) => ok),
    files: run.wanted.size,
    written: targets.reduce((sum, { written }) => sum + written, 0),
    unchanged: targets.reduce((sum, { unchanged }) => sum + unchanged, 0),
    bytes: run.wantedBytes,
    seconds: Math.round(performance.now() - started) / 1000,
    dryRun,
    targets,
  };
}

/** Warns of files that replaced those of a package before them. */
export function warnReplaced({ origins, emit }: ImportRun): void {
  for (const { package: { name }, replaced } of origins) {
    const [first] = replaced;
    if (first === undefined) continue;
    const files = `${formatCount(replaced.size, "file")} of ${JSON.stringify(name)}`;
    const such = `such as ${JSON.stringify(first)}`;
    emit({
      event: "warning",
      code: "replaced",
      message: `${files} had other bytes in a package before it, ${such}: the later one counts`,
      hint: "If both are needed, import one of them --into a folder of its own.",
    });
  }
}
