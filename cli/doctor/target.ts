/** The target: whether it can be read, written to, and fetched from. */
import { probe } from "../../core/importer/mod.ts";
import { loadManifest, MANIFEST_KEY, type StorageAdapter } from "../../core/storage/mod.ts";
import { hasCode } from "../../core/util/errors.ts";
import { formatCount } from "../../core/util/units.ts";
import type { Session } from "../session.ts";
import { findingsOf, type HostFinding } from "./host.ts";

/** Looks at a target. Writes nothing unless `mayWrite`. */
export async function checkTarget(
  adapter: StorageAdapter,
  mayWrite: boolean,
  session: Session,
): Promise<HostFinding[]> {
  const { target } = adapter;
  const call = { signal: session.signal };
  const { ok, thrown } = findingsOf("target");
  try {
    await adapter.checkReady?.(call);
    // A bucket that is not there is one that an import makes.
    await adapter.stat(MANIFEST_KEY, call).catch((error) => {
      if (!hasCode(error, "not-found")) throw error;
    });
    const { size } = (await loadManifest(adapter, call)).files;
    const state = size === 0
      ? "; nothing has been imported yet"
      : ` and records ${formatCount(size, "file")}`;
    return [
      ok(`${target} is reachable${state}`),
      ...(size === 0 ? [] : await checkAnonymous(adapter, session)),
      ...(mayWrite ? [await checkProbe(adapter, session)] : []),
    ];
  } catch (error) {
    session.signal.throwIfAborted();
    return [thrown(error)];
  }
}

async function checkAnonymous(
  adapter: StorageAdapter,
  { fetch, signal }: Session,
): Promise<HostFinding[]> {
  const url = adapter.publicUrl?.(MANIFEST_KEY);
  if (url === undefined) return [];
  const { ok, warning } = findingsOf("anonymous");
  const { status, close } = await fetch(url, { method: "HEAD", signal });
  close();
  if (status === 200) return [ok("anonymous download works")];
  // Many servers hide names with a leading dot; of the others only an import or a probe can tell.
  const message = `${url.href} answers ${status} without credentials`;
  return [warning(message, "Run binimport verify to check whether nodes can download the files.")];
}

async function checkProbe(
  adapter: StorageAdapter,
  { fetch, signal }: Session,
): Promise<HostFinding> {
  const { ok, thrown } = findingsOf("probe");
  try {
    await adapter.prepare?.({ signal });
    await probe(adapter, fetch, { signal });
    const fetched = adapter.publicUrl?.("x") === undefined ? "" : ", fetched as a node would";
    return ok(`a file was written${fetched} and removed`);
  } catch (error) {
    signal.throwIfAborted();
    return thrown(error);
  }
}
