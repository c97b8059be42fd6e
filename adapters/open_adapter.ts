/** Opening an adapter by name, as the command line does. */
import process from "node:process";
import type { AdapterFactory, AdapterHost, AdapterInput, StorageAdapter } from "../core/adapter.ts";
import { plainHost } from "../core/host.ts";
import { loadPlugin } from "../core/plugin.ts";
import { inUsualWrappers } from "../core/wrappers/usual.ts";
import { findBuiltin } from "./mod.ts";

/**
 * Opens a built-in adapter by its name, a plug-in by its file's path, or the adapter of a factory.
 * Option values are those of the command line, named in camelCase; defaults are filled in. Calls
 * that fail for a reason that may pass are made again, and no more run side by side than the adapter
 * takes. Dispose of it when it is done.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { bytesSource, openAdapter } from "binimport";
 *
 * const folder = await Deno.makeTempDir();
 * await using adapter = await openAdapter("nginx-fs", { root: folder });
 * await adapter.prepare?.();
 * await adapter.put("dl.k8s.io/kubelet", bytesSource(new Uint8Array(3)));
 * assert((await adapter.stat("dl.k8s.io/kubelet"))?.size === 3);
 * ```
 */
export async function openAdapter(
  adapter: string | AdapterFactory,
  input: AdapterInput = {},
  host: AdapterHost = plainHost(),
): Promise<StorageAdapter> {
  const factory = typeof adapter === "string"
    ? findBuiltin(adapter) ?? await loadPlugin(adapter, process.cwd())
    : adapter;
  const defaults = Object.entries(factory.options).map(([name, spec]) => [name, spec.default]);
  const config = factory.parse({ ...Object.fromEntries(defaults), ...input }, host);
  return inUsualWrappers(await factory.open(config, host), { retries: host.retries });
}
