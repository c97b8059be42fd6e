/** Runs `binimport prune`. */
import { type Pruned, pruneTarget } from "../../core/importer/mod.ts";
import { packageKeys } from "../../core/packages/mod.ts";
import { loadManifest, type StorageAdapter } from "../../core/storage/mod.ts";
import { BinimportError } from "../../core/util/errors.ts";
import { formatBytes, formatCount } from "../../core/util/units.ts";
import { type Context, exitStatus } from "../context.ts";
import type { Flags } from "../options/mod.ts";
import { errorEvent, printable, type Reporter } from "../output/mod.ts";
import { choosePackages, readOptions } from "../packages.ts";
import { openSession, type Session } from "../session.ts";
import { openTargets } from "../targets.ts";

/** What the verb's flags give. */
export type PruneFlags = Flags & { readonly yes?: true; readonly staged?: true };

interface Task {
  /** Keys that the packages named hold. */
  readonly held: ReadonlySet<string>;
  readonly dryRun: boolean;
  readonly signal: AbortSignal;
}

/** Prunes every target, or clears what is staged there; gives the worst failure's exit status. */
export async function runPrune(
  named: readonly string[],
  flags: PruneFlags,
  context: Context,
): Promise<number> {
  const { yes, staged, dryRun } = flags;
  if (named.length === 0 && !staged) {
    throw new BinimportError("usage", "Cannot prune: no package was named", {
      hint: "Name every package that is still in use; their files are kept.",
    });
  }
  using session = openSession(flags, context);
  const { report, signal } = session;
  const isDry = dryRun === true || !(yes || staged); // what is staged is of no use to anybody
  await using targets = await openTargets(session, { dryRun: isDry });
  const task = { held: await heldKeys(named, session), dryRun: isDry, signal };
  let status = 0;
  for (const adapter of targets.adapters) {
    try {
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

async function heldKeys(named: readonly string[], session: Session): Promise<Set<string>> {
  if (named.length === 0) return new Set();
  return await packageKeys(await choosePackages(named, session), await readOptions(session));
}

async function clearStaged(
  adapter: StorageAdapter,
  { held, signal, dryRun }: Task,
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

async function prune(adapter: StorageAdapter, task: Task, report: Reporter): Promise<void> {
  const { target } = adapter;
  const { dryRun } = task;
  let [removed, kept, bytes] = [0, 0, 0];
  await pruneTarget(adapter, task, (pruned) => {
    if (pruned.action === "kept") kept++;
    else {
      removed++;
      bytes += pruned.size;
    }
    report.result({ event: "file", ...pruned, target }, fileLine(pruned));
  });
  const files = `${formatCount(removed, "file")}, ${formatBytes(bytes)}`;
  const stays = kept === 0 ? "" : `; ${formatCount(kept, "file")} kept`;
  const ask = dryRun && removed > 0 ? "\nNothing was removed. Use --yes to remove them." : "";
  report.result(
    { event: "summary", ok: true, target, removed, kept, bytes, dryRun },
    `${target}: ${files} ${dryRun ? "to remove" : "removed"}${stays}${ask}\n`,
  );
}

function fileLine({ key, size, action, detail }: Pruned): string {
  const why = detail === undefined ? "" : `  (${detail})`;
  return `${action.padEnd(12)}  ${formatBytes(size).padStart(8)}  ${printable(key + why)}\n`;
}
