/** Walking the root. Writes nothing, and needs no lock. */
import { realpathSync } from "node:fs";
import type { ObjectInfo } from "../../core/adapter.ts";
import { errno } from "../../core/errno.ts";
import { STATE_FOLDER } from "../../core/key.ts";
import { assertKey } from "../../core/object_key.ts";
import { pause } from "../../core/pause.ts";
import { attempt, fault } from "./fs_error.ts";
import { infoOf } from "./info.ts";
import { isReserved, join, type Paths } from "./paths.ts";
import { lstat } from "./reading.ts";

/**
 * Every regular file whose key begins with a prefix. Links are passed over, and so is our own
 * state unless the prefix asks for it. Throws code `not-found` when the root is not there.
 */
export async function* listFiles(
  paths: Paths,
  prefix: string,
  signal?: AbortSignal,
): AsyncGenerator<ObjectInfo> {
  const slash = prefix.lastIndexOf("/");
  const top = slash < 0 ? "" : prefix.slice(0, slash);
  if (top !== "") assertKey(top);
  if (!attempt("list", paths.root, () => lstat(paths.root))?.isDirectory) {
    throw fault("not-found", "list", paths.root, "no such folder", {
      hint: "Create it with mkdir -p, or give another --root.",
    });
  }
  if (reachedWithoutLinks(paths.root, top)) yield* walk(paths, top, prefix, signal);
}

/** Whether a folder is there and no link leads to it; through a link, keys would show twice. */
function reachedWithoutLinks(root: string, folder: string): boolean {
  if (folder === "") return true;
  const path = join(root, folder);
  try {
    return realpathSync(path) === path;
  } catch {
    return false;
  }
}

async function* walk(
  paths: Paths,
  folder: string,
  prefix: string,
  signal: AbortSignal | undefined,
): AsyncGenerator<ObjectInfo> {
  for (const entry of entriesOf(folder === "" ? paths.root : join(paths.root, folder))) {
    const key = folder === "" ? entry.name : `${folder}/${entry.name}`;
    if (isHidden(key, prefix)) continue;
    await pause();
    signal?.throwIfAborted();
    if (entry.isDirectory && overlaps(`${key}/`, prefix)) yield* walk(paths, key, prefix, signal);
    if (!entry.isFile || !key.startsWith(prefix)) continue;
    const path = join(paths.root, key);
    const file = attempt("list", path, () => lstat(path)); // gone meanwhile, perhaps
    if (file?.isFile) yield infoOf(key, file);
  }
}

/** A folder's entries; none when it went away meanwhile. */
function entriesOf(path: string): Deno.DirEntry[] {
  return attempt("list", path, () => {
    try {
      return [...Deno.readDirSync(path)];
    } catch (error) {
      if (errno(error) === "ENOENT" || errno(error) === "ENOTDIR") return [];
      throw error;
    }
  });
}

function isHidden(key: string, prefix: string): boolean {
  return isReserved(key) && key !== STATE_FOLDER ||
    key === STATE_FOLDER && !prefix.startsWith(`${STATE_FOLDER}/`);
}

function overlaps(folder: string, prefix: string): boolean {
  return folder.startsWith(prefix) || prefix.startsWith(folder);
}
