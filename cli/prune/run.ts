/** Runs `binimport prune`. */
import { type PruneOptions, pruneTarget } from "../../core/importer/mod.ts";
import { packageKeys } from "../../core/packages/mod.ts";
import { loadManifest, type StorageAdapter } from "../../core/storage/mod.ts";
import { formatBytes, formatCount } from "../../core/util/units.ts";
import { exitStatus, usageError } from "../context.ts";
import { errorEvent, printable, type Reporter } from "../output/mod.ts";
import { choosePackages, readOptions } from "../packages.ts";
import type { Session } from "../session.ts";
import { openTargets } from "../targets.ts";

/** Prunes every target, or clears what is staged there; gives the worst failure's exit status. */
export async function runPrune(session: Session, named: readonly string[]): Promise<number> {
  const { flags, report, signal } = session;
  const { yes, staged } = flags;
  if (named.length === 0 && !staged) {
    const hint = "Name every package that is still in use; their files are kept.";
    throw usageError("Cannot prune: no package was named", hint);
  }
  const dryRun = flags.dryRun === true || !(yes || staged); // what is staged is of no use to anybody
  await using targets = await openTargets(session, { dryRun });
  const packages = named.length === 0 ? [] : await choosePackages(named, session);
  const held = await packageKeys(packages, await readOptions(session, targets.adapters));
  let status = 0;
  for (const adapter of targets.adapters) {
    try {
      const task = { held, dryRun, signal };
      await (staged ? clearStaged(adapter, task, report) : prune(adapter, task, report));
    } catch (error) {
      // One that fails keeps no other from its turn.
      signal.throwIfAborted();
      report.emit(errorEvent(error, adapter.target));
      status = Math.max(status, exitStatus(error));
    }
  }
  return status;
}

async function clearStaged(
  adapter: StorageAdapter,
  { held, dryRun, signal }: Required<PruneOptions>,
  report: Reporter,
): Promise<void> {
  const { target } = adapter;
  const { files } = await loadManifest(adapter, { signal });
  const keys = [...held.union(files)];
  const staged = await adapter.clearStaged?.(keys, { signal, dryRun }) ?? 0;
  report.result(
    { event: "summary", ok: true, target, staged, dryRun },
    `${target}: ${formatCount(staged, "staged file")} ${dryRun ? "to remove" : "removed"}\n`,
  );
}

async function prune(adapter: StorageAdapter, task: Required<PruneOptions>, report: Reporter) {
  const { target } = adapter;
  const { dryRun } = task;
  let [removed, kept, bytes] = [0, 0, 0];
  await pruneTarget(adapter, task, (pruned) => {
    const { key, size, action, detail } = pruned;
    if (action === "kept") kept++;
    else {
      removed++;
      bytes += size;
    }
    const shown = printable(detail === undefined ? key : `${key}  (${detail})`);
    const line = `${action.padEnd(12)}  ${formatBytes(size).padStart(8)}  ${shown}\n`;
    report.result({ event: "file", ...pruned, target }, line);
  });
  const files = `${formatCount(removed, "file")}, ${formatBytes(bytes)}`;
  const stays = kept === 0 ? "" : `; ${formatCount(kept, "file")} kept`;
  const ask = dryRun && removed > 0 ? "\nNothing was removed. Use --yes to remove them." : "";
  report.result(
    { event: "summary", ok: true, target, removed, kept, bytes, dryRun },
    `${target}: ${files} ${dryRun ? "to remove" : "removed"}${stays}${ask}\n`,
  );
}
