/** Adapters from files: code that the user chose to run. */
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { AdapterFactory } from "./adapter.ts";
import { within } from "./within.ts";
import { BinimportError } from "./errors.ts";
import { guardCall } from "./plugin/calls.ts";
import { guardCluster } from "./plugin/cluster.ts";
import { guardAdapter } from "./plugin/guard.ts";
import { lentHost } from "./plugin/lent_host.ts";
import { loadError, unloadable } from "./plugin/load_error.ts";
import { checkAdapter, checkFactory } from "./plugin/shape.ts";
import { type PluginFile, slip, thrown } from "./plugin/slip.ts";

/** A file that has nothing to wait for is loaded in milliseconds; this many are enough for any. */
const LOAD_LIMIT = 15_000;

/**
 * Loads the adapter that a file exports by default, from a path relative to `folder` or a `file:`
 * URL. The file is run with the rights of this program. Throws code `plugin` when it is absent, does
 * not load, or is of another shape.
 *
 * The adapters that it opens are guarded: whatever they do, the core gets what the contract says, or
 * an error that names the file and the member.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { loadPlugin } from "binimport";
 *
 * const folder = await Deno.makeTempDir();
 * await Deno.writeTextFile(`${folder}/mine.ts`, "export default { apiVersion: 2 };");
 * await loadPlugin("./mine.ts", folder).catch(({ code, message }) => {
 *   assert(code === "plugin" && message.endsWith("this binimport knows 1"));
 * });
 * ```
 */
export async function loadPlugin(address: string, folder: string): Promise<AdapterFactory> {
  const { file, factory } = await loadUnguarded(address, folder);
  return {
    ...factory,
    open: async (config, host) => guardAdapter(await factory.open(config, host), file),
  };
}

/**
 * As {@linkcode loadPlugin}, but the adapters are handed over as they are, for whoever wants to
 * judge them. That `parse` and `open` give what they should is checked here as well.
 */
export async function loadUnguarded(
  address: string,
  folder: string,
): Promise<{ readonly file: PluginFile; readonly factory: AdapterFactory }> {
  const file = { address, url: fileUrl(address, folder) };
  const factory = checkFactory(await defaultExport(file), file);
  return {
    file,
    factory: {
      apiVersion: factory.apiVersion,
      name: factory.name,
      summary: factory.summary,
      options: factory.options,
      parse(input, host) {
        try {
          return factory.parse(input, lentHost(host, file));
        } catch (error) {
          throw thrown(file, "parse()", "read the options", error);
        }
      },
      async open(config, host) {
        const open = () => factory.open(config, lentHost(host, file));
        return checkAdapter(await guardCall(file, "open()", "open the target", open), file);
      },
      ...(factory.cluster === undefined ? {} : { cluster: guardCluster(factory.cluster, file) }),
    },
  };
}

function fileUrl(address: string, folder: string): string {
  if (address.startsWith("file:")) return address;
  const path = resolve(folder, address);
  if (existsSync(path)) return pathToFileURL(path).href;
  throw unloadable(address, "no such file", "Give the path of a TypeScript or JavaScript file.");
}

async function defaultExport(file: PluginFile): Promise<unknown> {
  const late = () => slip(file, `its top level did not end within ${LOAD_LIMIT / 1000} s`);
  try {
    const module: { readonly default?: unknown } = await within(
      import(file.url),
      LOAD_LIMIT,
      late,
    );
    return module.default;
  } catch (cause) {
    if (cause instanceof BinimportError) throw cause;
    throw loadError(file.address, cause);
  }
}
