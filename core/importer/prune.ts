/** Taking away what earlier imports wrote and nothing holds any more. */
import {
  amend,
  assertKey,
  type CallOptions,
  type FileRecord,
  type FileRecords,
  isStateKey,
  loadManifest,
  objectDigest,
  saveManifest,
  type StorageAdapter,
} from "../storage/mod.ts";
import { concurrently } from "../util/concurrency.ts";
import { BinimportError, type ErrorCode, hasCode } from "../util/errors.ts";

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
 * are others than those that were written. Rejects with `usage` where all files would go.
 */
export async function pruneTarget(
  adapter: StorageAdapter,
  { held, dryRun, ...call }: PruneOptions,
  tell: (pruned: Pruned) => void,
): Promise<void> {
  const remove = requirePrunable(adapter, (await loadManifest(adapter, call)).files, held);
  await adapter.prepare?.(call);
  const manifest = await loadManifest(adapter, call); // again: now nobody else writes it
  const { files } = manifest;
  const superfluous = [...files].filter(([key]) => !held.has(key) && isKey(key));
  const before = files.size;
  try {
    await concurrently(superfluous, adapter.capabilities.maxConcurrency, async ([key, record]) => {
      call.signal?.throwIfAborted();
      const { size } = record;
      const state = await stateOf(adapter, key, record, call);
      if (state === "ours") {
        if (!dryRun) await remove(key, call);
        tell({ key, size, action: dryRun ? "would-remove" : "removed" });
      } else if (state !== "gone") return tell({ key, size, action: "kept", detail: state });
      files.delete(key);
    });
  } finally {
    // Also when it was stopped: what is gone must not stay on record. Hence without the signal.
    if (files.size < before && !dryRun) {
      amend(manifest);
      await saveManifest(adapter, manifest);
    }
  }
}

/** How the target removes; throws when it is not to be pruned. */
function requirePrunable(adapter: StorageAdapter, files: FileRecords, held: ReadonlySet<string>) {
  const refuse = (code: ErrorCode, state: string, hint: string) =>
    new BinimportError(code, `Cannot prune ${adapter.target}: ${state}`, { hint });
  if (adapter.remove === undefined) {
    throw refuse("unsupported", "its adapter cannot remove files", "Remove them by hand.");
  }
  if (files.size === 0) {
    throw refuse("not-found", "it holds no record of an import", "Check the target's options.");
  }
  if (!held.keys().some((key) => files.has(key))) {
    const hint = "Import them first, with the same --strip-components, --include and --exclude.";
    throw refuse("usage", "it holds no file of the packages given, so all would be removed", hint);
  }
  return adapter.remove.bind(adapter);
}

/** Whether a key's file is what was written (`ours`), is `gone`, or why it is to be kept. */
async function stateOf(
  adapter: StorageAdapter,
  key: string,
  record: FileRecord,
  call: CallOptions,
): Promise<string> {
  if (record.found === true) return "it lay there before the first import";
  const info = await adapter.stat(key, call);
  if (info === undefined) return "gone";
  if (info.size === record.size) {
    if (record.etag !== undefined && record.etag === info.etag) return "ours";
    try {
      const { sha256 } = await objectDigest(adapter, key, call, record.size);
      if (sha256 === record.sha256) return "ours";
    } catch (error) {
      if (hasCode(error, "not-found")) return "gone";
      throw error;
    }
  }
  return "it was changed since";
}

/** Anybody who may write to the target may have written its manifest. */
function isKey(key: string): boolean {
  try {
    assertKey(key);
    return !isStateKey(key);
  } catch {
    return false;
  }
}
