/** All that a folder holds, beside what imports have recorded of it. */
import { fileEtag, type FileRecord, isStateKey, type Manifest } from "../../core/storage/mod.ts";
import { pause } from "../../core/util/concurrency.ts";
import { errno } from "../../core/util/errno.ts";
import { countStates, type State, type StateCounts } from "../../html/mod.ts";
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
  /** How many are its own: a later package may have taken some over. */
  readonly files: number;
  readonly states: StateCounts;
}

export interface Catalogue {
  readonly files: readonly CatalogueFile[];
  readonly states: StateCounts;
  /** Of the files that are there. */
  readonly bytes: number;
  readonly packages: readonly CataloguePackage[];
}

/** Looks at every file; reads none of them, but has `digests` begin where it must. */
export async function readCatalogue(
  root: string,
  manifest: Manifest,
  digests: Digests,
): Promise<Catalogue> {
  const files = new Map<string, CatalogueFile>();
  const { listed, closed } = await listFolder(root);
  const recorded = new Map<string, FileRecord>(); // to find one in a large manifest is to parse it
  for (const [key, record] of manifest.files) {
    recorded.set(key, record);
    await pause();
  }
  for (const { key, info } of listed) {
    const record = recorded.get(key);
    const digest = record === undefined ? "unrecorded" : digests.find(key, fileEtag(info), record);
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
  const bytes = listed.reduce((sum, { info }) => sum + info.size, 0);
  for (const [key, { size, sha256 }] of recorded) {
    if (files.has(key)) continue;
    const state = closed.some((folder) => key.startsWith(folder)) ? "unreadable" : "missing";
    files.set(key, { key, size, sha256, state });
  }
  const all = [...files.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
  return {
    files: all,
    states: countStates(all.map(({ state }) => state)),
    bytes,
    packages: manifest.packages.map(({ name, sha256, size, keys }) => {
      const own = keys.filter((key) => recorded.get(key)?.package === sha256)
        .map((key) => files.get(key)?.state).filter((state) => state !== undefined);
      return {
        name,
        sha256,
        ...(size !== undefined && { size }),
        files: own.length,
        states: countStates(own),
      };
    }),
  };
}

/** In milliseconds, for one file: whoever else is served would have to wait as long. */
const SLOW = 1;

/** Every regular file but our own; `closed`: prefixes below folders that this user may not enter. */
async function listFolder(root: string) {
  const listed: { key: string; info: Deno.FileInfo }[] = [];
  const closed: string[] = [];
  let isSlow = false;

  /** At once, which takes a tenth of waiting for each of 100,000 files; but not of a slow disk. */
  async function look(path: string): Promise<Deno.FileInfo | undefined> {
    const started = performance.now();
    try {
      return isSlow ? await Deno.lstat(path) : Deno.lstatSync(path);
    } catch {
      return undefined; // gone
    } finally {
      isSlow = performance.now() - started > SLOW;
    }
  }

  async function walk(prefix: string): Promise<void> {
    const entries = await entriesOf(`${root}/${prefix}`);
    if (entries === undefined) return void closed.push(prefix);
    for (const { name, isDirectory, isFile } of entries) {
      const key = prefix + name;
      if (isStateKey(key)) continue;
      if (isDirectory) await walk(`${key}/`);
      const info = isFile ? await look(`${root}/${key}`) : undefined;
      if (info?.isFile) listed.push({ key, info });
      await pause();
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
