/** Taking away what earlier imports wrote and nothing holds any more. */
import {
  amend,
  assertKey,
  type CallOptions,
  type FileRecord,
  type FileRecords,
  isStateKey,
  loadManifest,
  saveManifest,
  type StorageAdapter,
} from "../storage/mod.ts";
import { concurrently } from "../util/concurrency.ts";
import { digestOf } from "../util/digest.ts";
import { BinimportError, hasCode } from "../util/errors.ts";

/** What became of one file that no package holds any more. */
export interface Pruned {
  readonly key: string;
  /** Its length in bytes. */
  readonly size: number;
  /** What was done, or in a dry run would be. */
  readonly action: "removed" | "would-remove" | "kept";
  readonly detail?: string;
}

/** How a target is pruned. */
export interface PruneOptions extends CallOptions {
  readonly held: ReadonlySet<string>;
  /** Take nothing away; the adapter must be one that writes nothing either. */
  readonly dryRun: boolean;
}

/**
 * Removes from a target what its manifest says an import wrote there and what is not among the keys
 * `held`; tells of each. A file stays when it lay there before the first import, and when its bytes
 * are others than those that were written. Each is looked at right before it is removed.
 *
 * Rejects with code `not-found` when nothing was imported there, with `unsupported` when the adapter
 * cannot remove, and with `usage` when the target records none of the keys that stay: then the
 * packages that they come from were not imported, and all would go.
 */
export async function pruneTarget(
  adapter: StorageAdapter,
  { held, dryRun, signal }: PruneOptions,
  tell: (pruned: Pruned) => void,
): Promise<void> {
  const call: CallOptions = signal === undefined ? {} : { signal };
  const remove = requirePrunable(adapter, (await loadManifest(adapter, call)).files, held);
  await adapter.prepare?.(call);
  const manifest = await loadManifest(adapter, call); // again: now nobody else writes it
  const { files } = manifest;
  let changed = false;

  async function prune(key: string, record: FileRecord): Promise<void> {
    signal?.throwIfAborted();
    const state = await stateOf(adapter, key, record, call);
    const { size } = record;
    if (state === "ours") {
      if (!dryRun) await remove(key, call);
      tell({ key, size, action: dryRun ? "would-remove" : "removed" });
    } else if (state !== "gone") return tell({ key, size, action: "kept", detail: state });
    changed = true;
    files.delete(key);
  }

  const superfluous = [...files].filter(([key]) => !held.has(key) && isKey(key));
  try {
    const { maxConcurrency } = adapter.capabilities;
    await concurrently(superfluous, maxConcurrency, ([key, record]) => prune(key, record));
  } finally {
    // Also when it was stopped: what is gone must not stay on record. Hence without the signal.
    if (changed && !dryRun) {
      amend(manifest);
      await saveManifest(adapter, manifest);
    }
  }
}

type Remove = NonNullable<StorageAdapter["remove"]>;

/** How the target removes; throws when it is not to be pruned. */
function requirePrunable(
  adapter: StorageAdapter,
  files: FileRecords,
  held: ReadonlySet<string>,
): Remove {
  const refuse = (code: "not-found" | "unsupported" | "usage", state: string, hint: string) =>
    new BinimportError(code, `Cannot prune ${adapter.target}: ${state}`, { hint });
  if (adapter.remove === undefined) {
    throw refuse("unsupported", "its adapter cannot remove files", "Remove them by hand.");
  }
  if (files.size === 0) {
    throw refuse("not-found", "it holds no record of an import", "Check the target's options.");
  }
  if (!held.keys().some((key) => files.has(key))) {
    throw refuse(
      "usage",
      "it holds no file of the packages given, so all would be removed",
      "Import them first, with the same --strip-components, --include and --exclude.",
    );
  }
  return adapter.remove.bind(adapter);
}

/** Whether a key's file is what was written; else that it is gone, or why it is to be kept. */
async function stateOf(
  adapter: StorageAdapter,
  key: string,
  record: FileRecord,
  call: CallOptions,
): Promise<"ours" | "gone" | "it lay there before the first import" | "it was changed since"> {
  if (record.found === true) return "it lay there before the first import";
  const info = await adapter.stat(key, call);
  if (info === undefined) return "gone";
  if (info.size !== record.size) return "it was changed since";
  if (record.etag !== undefined && record.etag === info.etag) return "ours";
  try {
    const { sha256 } = await digestOf(await adapter.get(key, call), call.signal);
    return sha256 === record.sha256 ? "ours" : "it was changed since";
  } catch (error) {
    if (hasCode(error, "not-found")) return "gone";
    throw error;
  }
}

/** Anybody who may write to the target may have written its manifest. */
function isKey(key: string): boolean {
  try {
    assertKey(key);
  } catch {
    return false;
  }
  return !isStateKey(key);
}
