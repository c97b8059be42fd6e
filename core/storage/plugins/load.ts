/** Adapters from files: code that the user chose to run. */
import { existsSync, readdirSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { stripVTControlCharacters } from "node:util";
import { shellWord } from "../../util/hints.ts";
import { within } from "../../util/retry.ts";
import { BinimportError, messageOf } from "../../util/errors.ts";
import { tried } from "../../util/tried.ts";
import type { AdapterFactory } from "../adapter.ts";
import { guardCall, guardSync, type PluginFile, slip } from "./errors.ts";
import { guardAdapter, guardCluster } from "./guard.ts";
import { lentHost, requireAdapter, requireFactory } from "./validate.ts";

/** A file that has nothing to wait for is loaded in milliseconds; this many are enough for any. */
const LOAD_LIMIT = 15_000;

/**
 * Loads the adapter that a file exports by default, from a path relative to `folder` or a `file:`
 * URL, and runs it with the rights of this program. Throws code `plugin` where that fails. Whatever
 * its adapters do, the core gets what the contract says, or an error that names file and member.
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
  const file = { address, url: fileUrl(address, folder) };
  const factory = await loadUnguarded(address, folder);
  return {
    ...factory,
    open: async (config, host) => guardAdapter(await factory.open(config, host), file),
  };
}

/** As {@linkcode loadPlugin}, with the adapters as they are, for whoever wants to judge them. */
export async function loadUnguarded(address: string, folder: string): Promise<AdapterFactory> {
  const file = { address, url: fileUrl(address, folder) };
  const factory = await defaultExport(file);
  requireFactory(factory, file);
  const { apiVersion, name, summary, options, cluster } = factory;
  return {
    ...{ apiVersion, name, summary, options },
    parse(input, host) {
      const about = { file, member: "parse()", doing: "read the options" };
      return guardSync(about, () => factory.parse(input, lentHost(host, file)));
    },
    async open(config, host) {
      const about = { file, member: "open()", doing: "open the target" };
      const adapter = await guardCall(about, () => factory.open(config, lentHost(host, file)));
      requireAdapter(adapter, file);
      return adapter;
    },
    ...(cluster && { cluster: guardCluster(cluster, file) }),
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
    return (await within(import(file.url), LOAD_LIMIT, late)).default;
  } catch (cause) {
    if (cause instanceof BinimportError) throw cause;
    throw loadError(file.address, cause);
  }
}

/** Whether an adapter's name is the address of a file. */
export function isPluginAddress(name: string): boolean {
  return name.startsWith("file:") || name.includes("/") || /\.[mc]?[jt]s$/.test(name);
}

/** Endings of a plug-in's file, the first one first. */
const ENDINGS = [".ts", ".mts", ".js", ".mjs"] as const;

/** A plug-in's address: what is one already, or the path of that name in the first folder that has it. */
export function findPlugin(name: string, folders: readonly string[]): string | undefined {
  if (isPluginAddress(name)) return name;
  if (!/^[a-z][a-z0-9-]*$/.test(name)) return undefined;
  return folders.flatMap((folder) => ENDINGS.map((ending) => join(folder, name + ending)))
    .find((path) => existsSync(path) && statSync(path).isFile());
}

/** Name and path of every plug-in in the folders; of two with one name the first one counts. */
export function listPlugins(folders: readonly string[]): ReadonlyMap<string, string> {
  const names = folders.flatMap(filesIn)
    .flatMap((file) => /^([a-z][a-z0-9-]*)\.m?[jt]s$/.exec(file)?.[1] ?? []);
  return new Map(
    [...new Set(names)].sort().flatMap((name) => {
      const path = findPlugin(name, folders);
      return path === undefined ? [] : [[name, path]];
    }),
  );
}

function filesIn(folder: string): string[] {
  return tried(() => readdirSync(folder)) ?? []; // one that is not there holds no plug-in
}

/** The error for a file that was not run to its end; `cause` is Deno's, or the file's own. */
export function loadError(address: string, cause: unknown): BinimportError {
  // Without Deno's own advice, such as to run `deno add`.
  const message = stripVTControlCharacters(messageOf(cause)).replace(/\n *hint: .*/g, "");
  const imported = importedIn(message);
  if (imported === undefined) return unloadable(address, message, undefined, cause);
  if (/^"binimport(?:\/|"$)/.test(imported)) {
    const state = `it imports values of ${imported}, which lends only types`;
    const hint = "Write `import type`; what is called at run time is lent by host.";
    return unloadable(address, state, hint, cause);
  }
  const state = `it imports the package ${imported}, which is not in the file`;
  const command = `deno bundle -o bundled.js ${shellWord(address)}`;
  const hint = `Bundle it: ${command}, or esbuild --bundle; and give the file that this writes.`;
  return unloadable(address, state, hint, cause);
}

function unloadable(address: string, state: string, hint?: string, cause?: unknown) {
  const message = `Cannot load adapter ${JSON.stringify(address)}: ${state}`;
  return new BinimportError("plugin", message, { hint, cause });
}

/** What a module is that would have to be fetched, as Deno names it where it may not be. */
function importedIn(message: string): string | undefined {
  const [, bare] = /^(?:Import|Relative import path) "([^"]+)" not /.exec(message) ?? [];
  const [, jsr] = /^JSR package manifest for '([^']+)'/.exec(message) ?? [];
  const [, address] = /["']((?:npm|jsr|https?):[^"']+)["']/.exec(message) ?? [];
  const name = bare ?? (jsr && `jsr:${jsr}`) ?? address;
  if (name !== undefined) return JSON.stringify(name);
  return /^npm (?:specifier|package)/.test(message) ? "of an npm: specifier" : undefined;
}
