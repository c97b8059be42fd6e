/** The built-in adapters. */
import process from "node:process";
import {
  type AdapterFactory,
  type AdapterHost,
  type AdapterInput,
  plainHost,
  type StorageAdapter,
} from "../core/storage/mod.ts";
import { isPluginAddress, loadPlugin } from "../core/storage/plugins/mod.ts";
import { inUsualWrappers } from "../core/storage/wrappers/mod.ts";
import { refuseUnknown, requireArgument } from "../core/util/hints.ts";
import containerMount from "./container_mount/mod.ts";
import httpPut from "./http_put/mod.ts";
import memory from "./memory.ts";
import minio from "./minio/mod.ts";
import nginxFs from "./nginx_fs/mod.ts";

export { default as memory } from "./memory.ts";

/** The built-in adapters, the most used first. */
export const builtinAdapters: readonly AdapterFactory[] = [
  nginxFs,
  minio,
  containerMount,
  httpPut,
  memory,
];

/** The built-in adapter of that name; `s3` is another name of `minio`. */
export function findBuiltin(name: string): AdapterFactory | undefined {
  const wanted = name === "s3" ? "minio" : name;
  return builtinAdapters.find((one) => one.name === wanted);
}

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
  const factory = typeof adapter === "string" ? await factoryOf(adapter) : adapter;
  const isFactory = typeof Object(factory).open === "function";
  requireArgument(isFactory, "open an adapter", "it is no AdapterFactory", `${AVAILABLE}.`);
  refuseUnknown(`open ${factory.name}`, input, Object.keys(factory.options));
  const defaults = Object.entries(factory.options).map(([name, spec]) => [name, spec.default]);
  const config = factory.parse({ ...Object.fromEntries(defaults), ...input }, host);
  return inUsualWrappers(await factory.open(config, host), { retries: host.retries });
}

const AVAILABLE = `There are ${builtinAdapters.map(({ name }) => name).join(", ")}, or give a file`;

async function factoryOf(name: string): Promise<AdapterFactory> {
  const builtin = findBuiltin(name);
  if (builtin !== undefined) return builtin;
  const isFile = isPluginAddress(name);
  requireArgument(isFile, `open ${JSON.stringify(name)}`, "no such adapter", `${AVAILABLE}.`);
  return await loadPlugin(name, process.cwd());
}
