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
  { fetch, signal }: Session,
): Promise<HostFinding[]> {
  const found: HostFinding[] = [];
  let check = findingsOf("target");
  try {
    await adapter.checkReady?.({ signal });
    // A bucket that is not there is one that an import makes.
    await adapter.stat(MANIFEST_KEY, { signal }).catch((error) => {
      if (!hasCode(error, "not-found")) throw error;
    });
    const { size } = (await loadManifest(adapter, { signal })).files;
    const state = size === 0
      ? "; nothing has been imported yet"
      : ` and records ${formatCount(size, "file")}`;
    found.push(check.ok(`${adapter.target} is reachable${state}`));
    const url = size === 0 ? undefined : adapter.publicUrl?.(MANIFEST_KEY);
    if (url !== undefined) {
      const { status, close } = await fetch(url, { method: "HEAD", signal });
      close();
      const { ok, warning } = findingsOf("anonymous");
      // Many servers hide names with a leading dot; of the others only an import or a probe can tell.
      const message = `${url.href} answers ${status} without credentials`;
      const hint = "Run binimport verify to check whether nodes can download the files.";
      found.push(status === 200 ? ok("anonymous download works") : warning(message, hint));
    }
    if (mayWrite) {
      check = findingsOf("probe");
      await adapter.prepare?.({ signal });
      await probe(adapter, fetch, { signal });
      const fetched = adapter.publicUrl?.("x") === undefined ? "" : ", fetched as a node would";
      found.push(check.ok(`a file was written${fetched} and removed`));
    }
  } catch (error) {
    signal.throwIfAborted();
    found.push(check.thrown(error));
  }
  return found;
}
