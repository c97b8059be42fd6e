/** The target: whether it can be read, written to, and fetched from. */
import type { Fetch } from "../../core/http/mod.ts";
import { probe } from "../../core/importer/mod.ts";
import { loadManifest, MANIFEST_KEY, type StorageAdapter } from "../../core/storage/mod.ts";
import { hasCode } from "../../core/util/errors.ts";
import { findingOf, type HostFinding } from "./finding.ts";

/** How a target is looked at. */
export interface TargetCheck {
  readonly fetch: Fetch;
  readonly signal: AbortSignal;
  /** Whether a file may be written. */
  readonly probe: boolean;
}

/** Looks at a target. Writes nothing unless a probe is wanted. */
export async function checkTarget(
  adapter: StorageAdapter,
  how: TargetCheck,
): Promise<HostFinding[]> {
  const { target } = adapter;
  const { signal } = how;
  const call = { signal };
  try {
    await adapter.checkReady?.(call);
    // A bucket that is not there is one that an import makes.
    await adapter.stat(MANIFEST_KEY, call).catch((error) => {
      if (!hasCode(error, "not-found")) throw error;
    });
    const { files } = await loadManifest(adapter, call);
    const message = files.size === 0
      ? `${target} can be reached; nothing was imported there yet`
      : `${target} can be reached, and records ${files.size} files`;
    const seen: HostFinding = { check: "target", state: "ok", message };
    const fetched = files.size === 0 ? [] : await checkAnonymous(adapter, how);
    return [seen, ...fetched, ...(how.probe ? [await checkProbe(adapter, how)] : [])];
  } catch (error) {
    signal.throwIfAborted();
    return [findingOf("target", error)];
  }
}

/** Whether anybody may fetch what lies there. */
async function checkAnonymous(
  adapter: StorageAdapter,
  { fetch, signal }: TargetCheck,
): Promise<HostFinding[]> {
  const url = adapter.publicUrl?.(MANIFEST_KEY);
  if (url === undefined) return [];
  const check = "anonymous";
  const { status, close } = await fetch(url, { method: "HEAD", signal });
  close();
  if (status === 200) return [{ check, state: "ok", message: "anybody can fetch from it" }];
  // Many servers hide names with a leading dot; of the others only an import or a probe can tell.
  return [{
    check,
    state: "warning",
    message: `${url.href} answers ${status} without credentials`,
    hint: "binimport verify tells whether nodes can fetch the files themselves.",
  }];
}

async function checkProbe(
  adapter: StorageAdapter,
  { fetch, signal }: TargetCheck,
): Promise<HostFinding> {
  const check = "probe";
  try {
    await adapter.prepare?.({ signal });
    await probe(adapter, fetch, { signal });
    const fetched = adapter.publicUrl?.("x") === undefined ? "" : ", fetched as a node would";
    return { check, state: "ok", message: `a file was written${fetched} and removed` };
  } catch (error) {
    signal.throwIfAborted();
    return findingOf(check, error);
  }
}
