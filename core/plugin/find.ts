/** Plug-ins by name: files in folders that the user keeps them in. */
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";

/** Endings of a plug-in's file, the first one first. */
const ENDINGS = [".ts", ".mts", ".js", ".mjs"] as const;

/** The path of the plug-in of that name, in the first folder that has one. */
export function findPlugin(name: string, folders: readonly string[]): string | undefined {
  if (!/^[a-z][a-z0-9-]*$/.test(name)) return undefined;
  return folders.flatMap((folder) => ENDINGS.map((ending) => join(folder, name + ending)))
    .find((path) => statSync(path, { throwIfNoEntry: false })?.isFile());
}

/** Name and path of every plug-in in the folders; of two with one name the first one counts. */
export function listPlugins(folders: readonly string[]): ReadonlyMap<string, string> {
  const names = folders.flatMap(filesIn)
    .flatMap((file) => /^([a-z][a-z0-9-]*)\.m?[jt]s$/.exec(file)?.[1] ?? []);
  const found = [...new Set(names)].sort().map((name) =>
    [name, findPlugin(name, folders)] as const
  );
  return new Map(found.flatMap(([name, path]) => path === undefined ? [] : [[name, path]]));
}

function filesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return []; // a folder that is not there holds no plug-in
  }
}
