/** All that a folder holds, beside what imports have recorded of it. */
import { fileEtag, isStateKey } from "../../core/storage/mod.ts";
import { errno } from "../../core/util/errno.ts";
import type { State } from "../../html/mod.ts";
import type { Digests } from "../digests.ts";

export interface CatalogueFile {
  readonly key: string;
  readonly size: number;
  /** Of the bytes that are there; of a missing file, of those that should be. */
  readonly sha256?: string;
  /** How it stands to its record. */
  readonly state: State;
  readonly modified?: Date | null;
}

/** A package that files were imported from. */
export interface CataloguePackage {
  readonly name: string;
  readonly sha256: string;
  /** Its length in bytes; absent when it came through a pipe. */
  readonly size?: number;
  readonly files: readonly CatalogueFile[];
}

export interface Catalogue {
  readonly files: readonly CatalogueFile[];
  readonly packages: readonly CataloguePackage[];
}

/** Looks at every file; reads none of them, but has `digests` begin where it must. */
export async function readCatalogue(root: string, digests: Digests): Promise<Catalogue> {
  const manifest = await digests.manifest();
  const files = new Map<string, CatalogueFile>();
  const { listed, closed } = await listFolder(root);
  for (const { key, info } of listed) {
    const record = manifest.files.get(key);
    const digest = record === undefined ? "unrecorded" : digests.find(key, fileEtag(info));
    const { size, mtime: modified } = info;
    files.set(key, {
      key,
      size,
      modified,
      ...(typeof digest === "string" ? { state: digest } : {
        ...digest,
        state: digest.sha256 === record?.sha256 ? "verified" : "different",
      }),
    });
  }
  for (const [key, { size, sha256 }] of manifest.files) {
    if (files.has(key)) continue;
    const state = closed.some((folder) => key.startsWith(folder)) ? "unreadable" : "missing";
    files.set(key, { key, size, sha256, state });
  }
  return {
    files: [...files.values()].sort((a, b) => (a.key < b.key ? -1 : 1)),
    packages: manifest.packages.map(({ name, sha256, size, keys }) => {
      // A later package may have taken some of its keys over.
      const own = keys.filter((key) => manifest.files.get(key)?.package === sha256)
        .map((key) => files.get(key)).filter((file) => file !== undefined);
      return { name, sha256, ...(size !== undefined && { size }), files: own };
    }),
  };
}

/** Every regular file but our own; `closed`: prefixes below folders that this user may not enter. */
async function listFolder(root: string) {
  const listed: { key: string; info: Deno.FileInfo }[] = [];
  const closed: string[] = [];

  async function walk(prefix: string): Promise<void> {
    const entries = await entriesOf(`${root}/${prefix}`);
    if (entries === undefined) return void closed.push(prefix);
    for (const { name, isDirectory, isFile } of entries) {
      const key = prefix + name;
      if (isStateKey(key)) continue;
      if (isDirectory) await walk(`${key}/`);
      const info = isFile ? await Deno.lstat(`${root}/${key}`).catch(() => undefined) : undefined;
      if (info?.isFile) listed.push({ key, info });
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
    const code = errno(error) ?? "";
    // Folders may be deeper than any path that the kernel takes (PATH_MAX).
    if (["EACCES", "EPERM", "ENAMETOOLONG"].includes(code)) return undefined;
    if (["ENOENT", "ENOTDIR"].includes(code)) return [];
    throw error;
  }
}
