/** What can be served of a folder. */
import type { ObjectInfo } from "../core/adapter.ts";
import { fileEtag } from "../core/file_etag.ts";
import { STATE_FOLDER } from "../core/key.ts";

/** A folder's files. */
export interface Listing {
  /** Every regular file, binimport's own left out. Links are passed over. */
  readonly listed: readonly ObjectInfo[];
  /** Prefixes of keys below folders that this user may not enter, such as `lost+found/`. */
  readonly closed: readonly string[];
}

/** Lists a folder. One below it that is closed, or gone meanwhile, does not spoil the others. */
export async function listFolder(root: string): Promise<Listing> {
  const listed: ObjectInfo[] = [];
  const closed: string[] = [];

  async function walk(prefix: string): Promise<void> {
    const entries = await entriesOf(`${root}/${prefix}`);
    if (entries === undefined) return void closed.push(prefix);
    for (const { name, isDirectory, isFile } of entries) {
      const key = prefix + name;
      if (key === STATE_FOLDER) continue;
      if (isDirectory) await walk(`${key}/`);
      const info = isFile ? await Deno.lstat(`${root}/${key}`).catch(() => undefined) : undefined;
      if (!info?.isFile) continue;
      const etag = fileEtag(info);
      listed.push({ key, size: info.size, ...(etag === undefined ? {} : { etag }) });
    }
  }

  await walk("");
  return { listed, closed };
}

/** `undefined` where this user may not look. */
async function entriesOf(path: string): Promise<Deno.DirEntry[] | undefined> {
  try {
    return await Array.fromAsync(Deno.readDir(path));
  } catch (error) {
    if (error instanceof Deno.errors.PermissionDenied) return undefined;
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) {
      return [];
    }
    throw error;
  }
}
